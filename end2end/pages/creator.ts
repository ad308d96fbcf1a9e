import type { Page } from '@playwright/test';
import { owner } from '../support/server.ts';
import { Screen } from './screen.ts';

/** The page a creator signs in on. */
export class SignIn extends Screen {
  static async open(page: Page): Promise<SignIn> {
    await page.goto('/login');
    return new SignIn(page);
  }

  async as(person: { email: string; password: string } = owner): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Email' }).fill(person.email);
    await this.page.getByLabel('Password', { exact: true }).fill(person.password);
    await this.page.getByRole('button', { name: 'Log in' }).click();
    await this.page.waitForURL((url) => !url.pathname.startsWith('/login'));
  }
}
