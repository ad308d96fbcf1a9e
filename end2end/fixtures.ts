// What every spec imports instead of @playwright/test.
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page, test as base, expect } from '@playwright/test';
import { Api } from './support/api.ts';
import { Server } from './support/server.ts';

export { expect };

/** Collects what browsers complain about. A test that causes a complaint on purpose allows it first. */
export class Complaints {
  private readonly heard: string[] = [];
  private readonly allowed: RegExp[] = [];

  allow(...patterns: RegExp[]): void {
    this.allowed.push(...patterns);
  }

  listen(context: BrowserContext): void {
    context.on('weberror', (error) => this.heard.push(`page error: ${error.error().stack ?? error.error().message}`));
    context.on('console', (message) => {
      if (message.type() === 'error') this.heard.push(`console error at ${message.page()?.url()}: ${message.text()} (${message.location().url})`);
    });
  }

  check(): void {
    const left = this.heard.filter((line) => !this.allowed.some((pattern) => pattern.test(line)));
    expect(left, 'errors in the browser').toEqual([]);
  }
}

export interface TestFixtures {
  complaints: Complaints;
  /** A person with a browser of their own: cookies, storage and all. Options as for `browser.newContext`. */
  visitor: (options?: BrowserContextOptions) => Promise<Page>;
  /**
   * A server with a folder, and settings, of its own. It is stopped after all browsers of the test are closed: a page that is
   * still there complains about whatever it asks for.
   */
  ownServer: (name: string, settings?: Record<string, string>) => Promise<Server>;
  /** Fails on any violation that axe calls serious or critical. */
  accessible: (page: Page, name: string) => Promise<void>;
}

export interface WorkerFixtures {
  /** One process and one empty data folder for each worker, with an owner. */
  server: Server;
  /** REST, as the owner. */
  api: Api;
}

const guarded = async (browser: Browser, complaints: Complaints, options: BrowserContextOptions) => {
  const context = await browser.newContext(options);
  complaints.listen(context);
  return context;
};

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    async ({}, use, worker) => {
      const server = await Server.start(`worker-${worker.workerIndex}`);
      server.addOwner();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],

  api: [async ({ server }, use) => use(new Api(server.url, server.apiKey())), { scope: 'worker' }],

  baseURL: async ({ server }, use) => use(server.url),

  complaints: [
    async ({}, use) => {
      const complaints = new Complaints();
      await use(complaints);
      complaints.check();
    },
    { auto: true },
  ],

  ownServer: async ({}, use) => {
    const started: Server[] = [];
    await use(async (name, settings) => {
      const server = await Server.start(name, settings);
      started.push(server);
      return server;
    });
    for (const server of started) await server.stop();
  },

  context: async ({ context, complaints }, use) => {
    complaints.listen(context);
    await use(context);
  },

  // Asks for `ownServer`, and so ends before it does.
  visitor: async ({ browser, complaints, contextOptions, server, ownServer: _ }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (options) => {
      const context = await guarded(browser, complaints, { ...contextOptions, baseURL: server.url, ...options });
      opened.push(context);
      return context.newPage();
    });
    await Promise.all(opened.map((context) => context.close()));
  },

  accessible: async ({}, use) =>
    use(async (page, name) => {
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join('\n')}`);
      expect(serious, `axe on ${name}`).toEqual([]);
    }),
});
