// Long tables: what stays in sight while one looks down them.
import { expect, test } from '../fixtures.ts';
import { SignIn } from '../pages/creator.ts';

test('where all columns have room the head of the sessions stays in sight while the page scrolls', async ({ api, visitor }) => {
  const interview = await api.interview('A long way down');
  const people = Array.from({ length: 60 }, (_, n) => ({ name: `Person ${n + 1}` }));
  await api.send('POST', `/interviews/${interview.id}/candidates`, people);
  const page = await visitor({ viewport: { width: 1280, height: 800 } });
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  const box = page.locator('.table-box:has(> .sessions-table)');
  const overflow = () => box.evaluate((box) => getComputedStyle(box).overflowX);
  const top = () => page.getByRole('columnheader', { name: 'Status', exact: true }).evaluate((head) => head.getBoundingClientRect().top);

  for (const [path, width] of [
    [`/w/${slug}/interviews/${interview.id}/sessions`, 1616],
    [`/w/${slug}/sessions`, 1776],
  ] as const) {
    await page.setViewportSize({ width: width - 1, height: 800 });
    await page.goto(path);
    await expect(page.locator('html[data-hydrated]')).toBeAttached();
    await expect(page.getByRole('row').nth(50)).toBeAttached();
    // Nothing is out of reach where the box may be too narrow for a column.
    expect(await overflow(), path).toBe('auto');
    await page.setViewportSize({ width, height: 800 });
    expect(await overflow(), path).toBe('clip');
    // With a scroll bar as well, and with the larger boxes and buttons that fingers get.
    const spare = await box.evaluate((box) => {
      const table = box.querySelector('.sessions-table');
      return box.clientWidth - (table ? Number.parseFloat(getComputedStyle(table).minInlineSize) : Number.NaN);
    });
    expect(spare, path).toBeGreaterThanOrEqual(17 + 24);
    const before = await top();
    expect(before).toBeGreaterThan(100);
    await page.evaluate(() => window.scrollTo(0, 1200));
    await expect.poll(top, path).toBeLessThanOrEqual(1);
    expect(await top(), path).toBeGreaterThanOrEqual(0);
  }
});
