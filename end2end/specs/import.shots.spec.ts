// Pictures of every step of Import by Excel: on a desk, in the dark, on a phone.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { ImportDialog, csv } from '../pages/imports.ts';

async function shots(page: Page, name: string): Promise<void> {
  const path = (variant: string) => `screenshots/import-${name}${variant}.png`;
  await page.screenshot({ path: path(''), animations: 'disabled' });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: path('-dark'), animations: 'disabled' });
  await page.emulateMedia({ colorScheme: 'light' });
  const desk = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.screenshot({ path: path('-phone'), animations: 'disabled' });
  if (desk) await page.setViewportSize(desk);
}

test('every step of an import', async ({ api, complaints, page }) => {
  complaints.allow(/status of 422/);
  const interview = await api.interview('Store assistant, Berlin');
  await api.candidate(interview.id, { name: 'Ben Müller', email: 'ben@example.com' });
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  await SessionsTab.open(page, slug, interview.id);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await shots(page, 'menu');
  await page.keyboard.press('Escape');
  const screen = await ImportDialog.open(page);
  await expect(screen.dialog.getByLabel('Choose file')).toBeEnabled();
  await shots(page, 'upload');
  await screen.dialog.getByLabel('Choose file').setInputFiles({ name: 'cv.xlsx', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });
  await expect(screen.dialog.getByRole('alert')).toBeVisible();
  await shots(page, 'refused');
  const more = Array.from({ length: 14 }, (_, n) => `Person ${n};person${n}@example.com;+49 30 ${100_000 + n};University of Somewhere;Design;2024;Referred by Ana`);
  await screen.upload(
    csv('Spring fair 2026.csv', [
      'Spring fair 2026;;;;;;',
      'Contact;E-mail;Mobile;University;Major;Graduated;Referral',
      'Ana Souza;ana@example.com;+351 912 345 678;Universidade de Lisboa;Economics;2024;',
      'Ben Müller;ben@example.com;;TU Berlin;Physics;2025;Fair',
      '王小明;anna@;138 0013 8000;清华大学;Computer science;soon;',
      'Layla Haddad;ana@example.com;;AUB;Law;2023;',
      ...more,
    ]),
  );
  await screen.column('Contact').selectOption('Name');
  await shots(page, 'match');
  await screen.check();
  await shots(page, 'check');
  await screen.dialog.getByRole('button', { name: 'Edit row 3' }).click();
  await shots(page, 'edit');
  await screen.dialog.getByRole('button', { name: 'Cancel' }).click();
  await screen.confirm();
  await screen.finished();
  await shots(page, 'done');
  await screen.dialog.getByRole('link', { name: 'Go to the sessions', exact: true }).click();
  const past = page.getByRole('region', { name: 'Imports' });
  await past.scrollIntoViewIfNeeded();
  await shots(page, 'past');
});
