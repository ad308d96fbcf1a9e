import { type Locator, type Page, expect } from '@playwright/test';
import { Screen } from './screen.ts';

/** The page behind an invite link, before the talk. */
export class Landing extends Screen {
  readonly consent: Locator;
  readonly startButton: Locator;

  constructor(page: Page) {
    super(page);
    this.consent = page.getByRole('checkbox', { name: /I have read this and agree/ });
    this.startButton = page.getByRole('button', { name: 'Start interview' });
  }

  static async open(page: Page, inviteUrl: string): Promise<Landing> {
    await page.goto(new URL(inviteUrl).pathname);
    return new Landing(page);
  }

  async start(): Promise<Chat> {
    await this.consent.check();
    await this.startButton.click();
    await this.page.waitForURL(/\/session\?lease=/);
    return new Chat(this.page);
  }

  async resume(): Promise<Chat> {
    await this.page.getByRole('button', { name: 'Continue interview' }).click();
    await this.page.waitForURL(/\/session\?lease=/);
    return new Chat(this.page);
  }
}

/** The talk itself, with JavaScript and without. */
export class Chat extends Screen {
  readonly composer: Locator;
  readonly send: Locator;
  readonly conversation: Locator;

  constructor(page: Page) {
    super(page);
    this.composer = page.getByRole('textbox', { name: 'Your answer' });
    this.send = page.getByRole('button', { name: 'Send', exact: true });
    this.conversation = page.getByRole('region', { name: 'Conversation' });
  }

  progress = (n: number, of: number) => expect(this.page.getByText(`Question ${n} of ${of}`).first()).toBeVisible();

  /** The question of the moment, on top. */
  question = (text: string | RegExp) => expect(this.page.getByRole('heading', { level: 1 })).toHaveText(text);

  said = (text: string) => expect(this.conversation.getByText(text, { exact: true })).toBeVisible();

  async answer(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.send.click();
    await this.said(text);
  }

  /** Whether a question waits for an answer; settles before it says so. */
  async waiting(): Promise<boolean> {
    const done = this.page.getByRole('heading', { level: 1, name: 'That was the last question. Finish when you are ready.' });
    await expect(this.composer.or(this.page.getByRole('radio').first()).or(this.page.getByRole('checkbox').first()).or(done).first()).toBeVisible();
    return !(await done.isVisible());
  }

  /** Answers the current question whatever its kind, and waits until the next one is asked. */
  async answerAnything(text: string): Promise<void> {
    const question = this.page.getByRole('heading', { level: 1 });
    const before = await question.textContent();
    const choice = this.page.getByRole('radio').or(this.page.getByRole('checkbox')).first();
    if (await this.composer.isVisible()) await this.composer.fill(text);
    else await choice.check();
    await this.send.click();
    await expect(question).not.toHaveText(before ?? '');
    await expect(question).not.toHaveText(/ is writing$/);
  }

  async choose(choice: string): Promise<void> {
    await this.page.getByRole('radio', { name: choice }).check();
    await this.send.click();
    await this.said(choice);
  }

  /** Presses Finish and confirms: a dialog with JavaScript, a page of its own without. */
  async finish(): Promise<void> {
    await this.page.getByRole('button', { name: 'Finish interview' }).first().click();
    await this.page.getByRole('button', { name: 'Finish', exact: true }).click();
    // With JavaScript the chat closes in place; without, the link's page says so.
    await expect(this.page.getByRole('heading', { name: /^(Thank you, that was it|You have completed this interview|That was the preview)$/ })).toBeVisible();
  }
}
