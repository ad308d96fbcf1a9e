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
    const [wide, shown] = await screen.dialog.evaluate((dialog) => [dialog.scrollWidth, dialog.clientWidth]);
    expect(wide, `${step} is as wide as the screen`).toBeLessThanOrEqual(shown ?? 0);
    await accessible(page, `${step} on a phone`);
  };
  await fits('upload');
  await screen.upload(csv('people.csv', ['Name;Email;Year of graduation', 'Ana;ana@example.com;2024', 'Ben;ben@example.com;', 'Cleo;cleo@;soon']));
  await fits('match');
  await screen.check();
  await expect(screen.cell('Email', 4)).toBeVisible();
  await fits('check');
  await screen.confirm();
  await screen.finished();
  await fits('done');
});
