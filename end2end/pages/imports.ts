import type { Download, Page } from '@playwright/test';
import { expect } from '../fixtures.ts';
import { Screen } from './screen.ts';

export interface Table {
  name: string;
  mimeType?: string;
  buffer: Buffer;
}

/** Rows of text as a CSV file. */
export const csv = (name: string, lines: string[]): Table => ({ name, mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\n')}\n`) });

/** The dialog Import sessions. */
export class ImportDialog extends Screen {
  readonly dialog = this.page.getByRole('dialog', { name: 'Import sessions' });
  chip = (name: string) => this.dialog.getByRole('link', { name: new RegExp(`^${name} [\\d,]+$`) });
  column = (header: string) => this.dialog.getByRole('combobox', { name: `“${header}” goes into` });
  cell = (column: string, row: number) => this.dialog.getByRole('textbox', { name: `${column}, row ${row}`, exact: true });
  confirmButton = () => this.dialog.getByRole('button', { name: /^Confirm: / });

  /** By the menu of the Sessions tab. */
  static async open(page: Page): Promise<ImportDialog> {
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('menuitem', { name: /Import by Excel/ }).click();
    const screen = new ImportDialog(page);
    await expect(screen.dialog).toBeVisible();
    return screen;
  }

  /** Chooses a file and waits for the columns. */
  async upload(table: Table): Promise<void> {
    const input = this.dialog.getByLabel('Choose file');
    await expect(input).toBeEnabled();
    await input.setInputFiles({ mimeType: 'application/octet-stream', ...table });
    await this.page.waitForURL(/\/imports\/[0-9a-f-]{36}\/match$/, { timeout: 60_000 });
  }

  async check(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Check rows' }).click();
    await this.page.waitForURL(/\/check$/);
    await expect(this.chip('All rows')).toBeVisible();
  }

  async confirm(): Promise<void> {
    await this.confirmButton().click();
    await this.page.waitForURL(/\/done$/);
  }

  async finished(): Promise<void> {
    await expect(this.dialog.getByText(/^Import finished/)).toBeVisible({ timeout: 60_000 });
  }

  async rejected(): Promise<Download> {
    const download = this.page.waitForEvent('download');
    await this.dialog.getByRole('link', { name: 'Download rejected rows' }).click();
    return download;
  }
}
