// Import by Excel on a phone: every step is usable at 360 px and nothing is wider than the screen.
import { expect, test } from '../fixtures.ts';
import { SignIn } from '../pages/creator.ts';
import { ImportDialog, csv } from '../pages/imports.ts';

test('all steps fit a phone', async ({ accessible, api, page }) => {
  const interview = await api.interview('On a phone');
  await api.candidate(interview.id, { name: 'Ben', email: 'ben@example.com' });
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  await page.goto(`/w/${slug}/interviews/${interview.id}/imports/new`);
  const screen = new ImportDialog(page);
  await screen.hydrated();
  const fits = async (step: string) => {
    const over = await screen.dialog.evaluate((dialog) =>
      [dialog, ...dialog.querySelectorAll('.import__body')].map((part) => part.scrollWidth - part.clientWidth),
    );
    expect(Math.max(...over), `${step} is as wide as the screen`).toBeLessThanOrEqual(0);
    await accessible(page, `${step} on a phone`);
  };
  await fits('upload');
  await screen.upload(csv('people.csv', ['Name;Email;Year of graduation', 'Ana;ana@example.com;2024', 'Ben;ben@example.com;', 'Cleo;cleo@;soon']));
  await fits('match');
  await screen.check();
  await expect(screen.cell('Email', 4)).toBeVisible();
  await fits('check');
  // A row says what matters without being pushed aside: who, how they are reached, what becomes of them.
  const [rows, seen] = await screen.dialog.locator('.import__body .table-box').evaluate((box) => [box.scrollWidth, box.clientWidth]);
  expect(rows, 'the rows are as wide as the screen').toBeLessThanOrEqual(seen ?? 0);
  const ana = screen.dialog.getByRole('row').filter({ hasText: 'ana@example.com' });
  for (const words of ['Ana', 'ana@example.com', 'New']) await expect(ana.getByText(words, { exact: true })).toBeVisible();
  // However far the columns reach: what can be done with a row is in sight.
  const edit = await screen.dialog.getByRole('button', { name: 'Edit row 2' }).boundingBox();
  expect((edit?.x ?? Number.NaN) + (edit?.width ?? 0)).toBeLessThanOrEqual(360);

  // Left in the middle, it waits below the sessions.
  await screen.dialog.getByRole('link', { name: 'Close and go to the sessions' }).click();
  const past = page.getByRole('region', { name: 'Imports' });
  await expect(past.getByText('Not confirmed')).toBeVisible();
  const [wide, shown] = await past.locator('.table-box').evaluate((box) => [box.scrollWidth, box.clientWidth]);
  expect(wide, 'the list of imports is as wide as the screen').toBeLessThanOrEqual(shown ?? 0);
  await accessible(page, 'imports below the sessions on a phone');
  await past.getByRole('link', { name: 'Continue the import of people.csv' }).click();
  await page.waitForURL(/\/match$/);
  await screen.check();
  await screen.confirm();
  await screen.finished();
  await fits('done');

  // Another one is not wanted after all.
  await page.goto(`/w/${slug}/interviews/${interview.id}/imports/new`);
  await screen.hydrated();
  await screen.upload(csv('again.csv', ['Name;Email', 'Dora;dora@example.com']));
  await screen.dialog.getByRole('link', { name: 'Close and go to the sessions' }).click();
  await past.getByRole('button', { name: 'Discard import: again.csv' }).click();
  await page.getByRole('dialog', { name: 'Discard this import?' }).getByRole('button', { name: 'Discard import' }).click();
  await expect(past.getByText('Cancelled')).toBeVisible();
  await expect(past.getByRole('link', { name: /^Continue/ })).toHaveCount(0);
});
