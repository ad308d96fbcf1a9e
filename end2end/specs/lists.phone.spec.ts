// The dashboard and the interviews at 360 px: what matters of each row is in sight without pushing the table aside.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { SignIn } from '../pages/creator.ts';
import { takeAttempt } from '../support/attempt.ts';

test('lists say in two lines a row what matters', async ({ accessible, api, page }) => {
  const interview = await api.interview('Barista with a rather long title, for the early shift at the harbour');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  await takeAttempt(api, ana, 'I led a team, and the result was good.');
  await api.candidate(interview.id, { name: 'Ben' });
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  const fits = async (page: Page, screen: string) => {
    const over = await page.locator('.table-box').evaluateAll((boxes) => boxes.map((box) => box.scrollWidth - box.clientWidth));
    expect(Math.max(...over), `${screen}: pushed aside by`).toBeLessThanOrEqual(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    await accessible(page, `${screen} on a phone`);
  };
  await page.goto(`/w/${slug}`);
  const completed = page.getByRole('row').filter({ hasText: 'Ana Souza' });
  await expect(completed.getByText(/^\d+\.\d$/)).toBeVisible();
  await expect(completed.getByText(interview.title)).toBeVisible();
  await fits(page, 'dashboard');
  await page.goto(`/w/${slug}/interviews`);
  const row = page.getByRole('row').filter({ hasText: interview.title });
  await expect(row.getByText('Open', { exact: true })).toBeVisible();
  await expect(row.locator('td[data-label="Not started"]')).toHaveText('1');
  await expect(row.locator('td[data-label="Completed"]')).toBeVisible();
  await fits(page, 'interviews');
  // The row leads on wherever it is touched.
  const spot = await row.locator('td[data-label="Completed"]').boundingBox();
  await page.mouse.click((spot?.x ?? 0) + 4, (spot?.y ?? 0) + 4);
  await page.waitForURL(new RegExp(`${interview.id}/sessions$`));
});
