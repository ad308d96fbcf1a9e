// The Sessions tab on the narrowest phone: its tools keep their lines, and what opens stays on the screen.
import { expect, test } from '../fixtures.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { takeAttempt } from '../support/attempt.ts';

test('the tools of the Sessions tab stand in lines, and the filters open on the screen', async ({ accessible, api, page }) => {
  const interview = await api.interview('Tools on a phone');
  await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  await (await SignIn.open(page)).as();
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  await SessionsTab.open(page, slug, interview.id);
  const tools = ['Columns', 'Export', 'Add'].map((name) => page.getByRole('button', { name, exact: true }));
  const search = page.getByRole('searchbox');
  const filters = page.locator('summary', { hasText: 'Filters' });
  const middle = async (of: typeof search) => {
    const box = await of.boundingBox();
    if (!box) throw new Error('not to be seen');
    return Math.round(box.y + box.height / 2);
  };
  for (const tool of tools) await expect(tool).toBeVisible();
  expect(new Set(await Promise.all(tools.map(middle))).size, 'the tools in one line').toBe(1);
  expect(await middle(search), 'search and filters in one line').toBe(await middle(filters));
  await filters.click();
  for (const field of [page.getByRole('combobox', { name: 'Source' }), page.getByLabel('Added from')]) {
    const box = await field.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? Number.NaN) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
  }
  await accessible(page, 'filters on a phone');
});

test('a row says who, how they stand and the score; its menu and its box are there to be touched', async ({ accessible, api, page }) => {
  const interview = await api.interview('Rows on a phone');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  const { score } = await takeAttempt(api, ana, 'I led the team and the result was good.');
  await (await SignIn.open(page)).as();
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  for (const path of [`/w/${slug}/interviews/${interview.id}/sessions`, `/w/${slug}/sessions?q=ana%40example.com`]) {
    await page.goto(path);
    const tab = new SessionsTab(page);
    await tab.hydrated();
    const row = tab.row('Ana Souza').first();
    for (const words of ['ana@example.com', 'Completed', (score ?? 0).toFixed(1)]) await expect(row.getByText(words).first()).toBeInViewport({ ratio: 1 });
    await expect(row.getByRole('button', { name: 'Actions: Ana Souza' })).toBeInViewport({ ratio: 1 });
    await row.locator('.col-check').tap({ position: { x: 3, y: 3 } });
    await expect(page.getByRole('region', { name: '1 selected' })).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole('button', { name: 'Copy links' })).toBeInViewport();
    await accessible(page, `rows on a phone: ${path}`);
    await row.locator('.col-check').tap({ position: { x: 3, y: 3 } });
    await expect(page.getByRole('region', { name: /selected/ })).toHaveCount(0);
    // On the glass: over the cell lies the row's link, which is what a finger meets.
    const cell = await row.locator('.c-status').boundingBox();
    if (!cell) throw new Error('no cell');
    await page.touchscreen.tap(cell.x + cell.width / 2, cell.y + cell.height / 2);
    // The report's address knows the list that it was opened from.
    await page.waitForURL(/\/sessions\/[0-9a-f-]{36}(\?q=ana%40example\.com&list=all)?$/);
  }
});
