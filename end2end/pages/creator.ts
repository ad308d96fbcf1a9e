import { type Locator, type Page, expect } from '@playwright/test';
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

/** The Content tab of an interview. */
export class Editor extends Screen {
  question = (n: number) => this.page.getByRole('listitem').filter({ has: this.heading(new RegExp(`^Question ${n}$`)) });

  text = (n: number) => this.question(n).getByRole('textbox', { name: 'Question', exact: true });

  choices = (n: number) => this.question(n).getByRole('textbox', { name: /^Choice \d+$/ });

  /** The handle of a row: "Question 2", "Choice 3". */
  grip = (row: string) => this.page.getByRole('button', { name: new RegExp(`^${row}: move`) });

  static async open(page: Page, slug: string, interview: string): Promise<Editor> {
    await page.goto(`/w/${slug}/interviews/${interview}/content`);
    const editor = new Editor(page);
    await editor.hydrated();
    return editor;
  }

  /** What the choices of a question say, from top to bottom. */
  written(n: number): Promise<string[]> {
    return this.choices(n).evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value));
  }

  /** From the menu of a row, called as its grip. */
  async pick(row: string, entry: string): Promise<void> {
    await this.page.getByRole('button', { name: `Actions for ${row.toLowerCase()}`, exact: true }).click();
    await this.page.getByRole('menu', { name: `Actions for ${row.toLowerCase()}`, exact: true }).getByRole('menuitem', { name: entry }).click();
  }

  async save(): Promise<void> {
    await this.page.getByRole('button', { name: 'Save changes' }).click();
    await expect(this.page.getByText('Changes saved').first()).toBeVisible();
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

/** Settings: the own profile, and at its foot the end of the workspace. */
export class WorkspaceSettings extends Screen {
  static async open(page: Page, slug: string): Promise<WorkspaceSettings> {
    await page.goto(`/w/${slug}/settings`);
    const settings = new WorkspaceSettings(page);
    await settings.hydrated();
    return settings;
  }

  async askToDelete(name: string): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Delete this workspace' }).click();
    const dialog = this.page.getByRole('dialog', { name: `Delete “${name}”?` });
    await expect(dialog).toBeVisible();
    return dialog;
  }

  async confirmDelete(dialog: Locator, name: string, password: string): Promise<void> {
    await dialog.getByRole('textbox', { name: 'Name of the workspace' }).fill(name);
    await dialog.getByLabel('Your password').fill(password);
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
  }
}
