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
    // The start page only leads on, into the workspace.
    await this.page.waitForURL(({ pathname }) => pathname !== '/' && !pathname.startsWith('/login'));
  }
}

/** The Sessions tab of an interview. */
export class SessionsTab extends Screen {
  row = (name: string) => this.page.getByRole('row').filter({ hasText: name });

  static async open(page: Page, slug: string, interview: string): Promise<SessionsTab> {
    await page.goto(`/w/${slug}/interviews/${interview}/sessions`);
    const tab = new SessionsTab(page);
    await tab.hydrated();
    return tab;
  }

  /** + Add, Create individually; answers the invite link that is shown. */
  async add(name: string, email: string): Promise<string> {
    await this.page.getByRole('button', { name: 'Add', exact: true }).click();
    await this.page.getByRole('menuitem', { name: /Create individually/ }).click();
    const sheet = this.page.getByRole('dialog', { name: 'Create individually' });
    await sheet.getByRole('textbox', { name: /^Name/ }).fill(name);
    await sheet.getByRole('textbox', { name: /^Email/ }).fill(email);
    await sheet.getByRole('button', { name: 'Add candidate' }).click();
    const link = await sheet.getByRole('textbox', { name: 'Invite link' }).inputValue();
    await sheet.getByRole('button', { name: 'Done' }).click();
    return link;
  }
}

/** The Settings tab of an interview. */
export class SettingsTab extends Screen {
  static async open(page: Page, slug: string, interview: string): Promise<SettingsTab> {
    await page.goto(`/w/${slug}/interviews/${interview}/settings`);
    const tab = new SettingsTab(page);
    await tab.hydrated();
    return tab;
  }
}
