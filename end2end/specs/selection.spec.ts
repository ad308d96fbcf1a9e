// The table at the widths people have, and doing something with everyone whom the filters name.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import type { Api } from '../support/api.ts';

async function signIn(page: Page): Promise<string> {
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

/** An interview with `many` people, numbered from 1. */
async function crowd(api: Api, title: string, many: number): Promise<string> {
  const interview = await api.interview(title);
  const people = Array.from({ length: many }, (_, n) => ({ name: `Person ${String(n + 1).padStart(3, '0')}`, email: `person.with.a.long.address.${n}@example.org` }));
  await api.send('POST', `/interviews/${interview.id}/candidates`, people);
  return interview.id;
}

test('everyone whom the filters name is selected, copied, exported, deleted and brought back', async ({ api, visitor }) => {
  const interview = await crowd(api, 'Crowd', 130);
  const page = await visitor({ permissions: ['clipboard-read', 'clipboard-write'] });
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  const bar = (n: number) => page.getByRole('region', { name: `${n} selected` });

  await page.getByRole('checkbox', { name: 'Select all rows on this page' }).check();
  await expect(bar(50)).toBeVisible();
  await bar(50).getByRole('button', { name: 'Select all 130 that match' }).click();
  await expect(bar(130)).toBeVisible();
  await expect(page.getByRole('button', { name: /that match/ })).toHaveCount(0);
  await bar(130).getByRole('button', { name: 'Copy links' }).click();
  await expect(page.locator('.toast__text', { hasText: '130 links copied' }).first()).toBeVisible();
  expect((await page.evaluate(() => navigator.clipboard.readText())).split('\n').length).toBe(130);
  const [file] = await Promise.all([page.waitForEvent('download'), bar(130).getByRole('button', { name: 'Export' }).click()]);
  expect(await file.failure()).toBeNull();

  // One of them is left out by hand: what is selected is what is acted on.
  await page.getByRole('checkbox', { name: 'Select Person 130' }).uncheck();
  await bar(129).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete 129 candidates?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('link', { name: 'All 1', exact: true })).toBeVisible();
  await expect(tab.row('Person 130')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('link', { name: 'All 130', exact: true })).toBeVisible();

  // Of a search, those who match it and no others.
  await page.getByRole('searchbox').fill('Person 0');
  await expect(page.getByRole('link', { name: 'All 99', exact: true })).toBeVisible();
  await page.getByRole('checkbox', { name: 'Select all rows on this page' }).check();
  await page.getByRole('button', { name: 'Select all 99 that match' }).click();
  await expect(bar(99)).toBeVisible();
});

for (const width of [1280, 1440, 360]) {
  test(`at ${width} px the table shows what one looks for without scrolling`, async ({ api, visitor }) => {
    const interview = await crowd(api, `Wide ${width}`, 3);
    const page = await visitor({ viewport: { width, height: 800 } });
    const slug = await signIn(page);
    for (const path of [`/w/${slug}/interviews/${interview}/sessions`, `/w/${slug}/sessions`]) {
      await page.goto(path);
      await expect(page.getByRole('row').filter({ hasText: 'Person 001' }).first()).toBeVisible();
      const [seen, free] = await page.locator('.sessions-table').evaluate((table, phone) => {
        const edge = (name: string) => table.querySelector(`tbody ${name}`)?.getBoundingClientRect();
        // The columns with links and menus lie over what is below them; on a phone the score stands above the status.
        return [Math.max(edge('.c-status')?.right ?? Number.NaN, edge('.c-score')?.right ?? Number.NaN), edge(phone ? '.col-end' : '.c-link')?.left ?? Number.NaN] as const;
      }, width < 700);
      expect(seen, path).toBeLessThanOrEqual(free + 1);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), 'the page itself does not scroll sideways').toBeLessThanOrEqual(width);
    }
  });
}
