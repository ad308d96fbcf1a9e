import { type Page, expect } from '@playwright/test';

/** A page object says what a person can do on a screen, in the words of the screen; assertions of a journey stay in its spec. */
export class Screen {
  constructor(readonly page: Page) {}

  /** Waits until the WASM has taken the page over, so that the next click is the client's. */
  async hydrated(timeout = 10_000): Promise<void> {
    await expect(this.page.locator('html[data-hydrated]')).toBeAttached({ timeout });
  }

  heading = (name: string | RegExp) => this.page.getByRole('heading', { name });
}
