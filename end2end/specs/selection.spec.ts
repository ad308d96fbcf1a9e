// The table at the widths people have, and doing something with everyone whom the filters name.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { type Api, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';

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

/** Holds the nth request to a server function until it is let go: what is under way then can be looked at for as long as it takes. */
async function hold(page: Page, name: string, nth: number): Promise<() => void> {
  let [seen, release] = [0, () => {}];
  const held = new Promise<void>((done) => {
    release = done;
  });
  await page.route(`**/sfn/${name}`, async (route) => {
    seen += 1;
    if (seen === nth) await held;
    await route.continue();
  });
  return release;
}

/** Ticks the page, and then everyone who matches. */
async function selectAll(page: Page, all: string): Promise<void> {
  await page.getByRole('checkbox', { name: 'Select all rows on this page' }).check();
  await page.getByRole('button', { name: `Select all ${all} that match` }).click();
  await expect(page.getByRole('region', { name: `${all} selected` })).toBeVisible();
}

test('two thousand are deleted part by part, as far as one lets it, and brought back', async ({ accessible, api, complaints, server, visitor }) => {
  test.setTimeout(240_000);
  complaints.allow(/ERR_FAILED/, /Failed to load resource/);
  const interview = await api.interview('Thousands');
  for (const from of [0, 1_000]) {
    const people = Array.from({ length: 1_000 }, (_, n) => ({ name: `Person ${String(from + n + 1).padStart(4, '0')}` }));
    await api.send('POST', `/interviews/${interview.id}/candidates`, people);
  }
  const late = await api.candidate(interview.id, { name: 'Zoë Late' });
  const page = await visitor({ permissions: ['clipboard-read', 'clipboard-write'] });
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview.id);
  const bar = (n: string) => page.getByRole('region', { name: `${n} selected`, exact: true });
  const toast = (text: string) => page.locator('.toast__text', { hasText: text }).first();
  const all = (n: string) => page.getByRole('link', { name: `All ${n}`, exact: true });
  const confirm = async (n: string) => {
    await bar(n).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog', { name: `Delete ${n} candidates?` }).getByRole('button', { name: 'Delete' }).click();
  };
  const dialog = page.getByRole('dialog', { name: 'Deleting' });
  const closeDialog = () => dialog.getByRole('button', { name: 'Close' }).last().click();

  await selectAll(page, '2,001');
  await page.getByRole('checkbox', { name: 'Select Zoë Late' }).uncheck();
  await expect(bar('2,000')).toBeVisible();
  // All of them come back with the list.
  await tab.row('Person 2000').getByRole('link', { name: 'Person 2000' }).click();
  await page.waitForURL(/\/sessions\/[0-9a-f-]{36}$/);
  await page.goBack();
  await expect(bar('2,000').getByRole('button', { name: 'Copy links' })).toBeVisible();
  // Some browsers copy only what was pressed for just now, and reading so many takes its time: it asks for a press.
  await page.evaluate(() => {
    const write = navigator.clipboard.writeText.bind(navigator.clipboard);
    let pressed = false;
    navigator.clipboard.writeText = (text) => {
      if (pressed) return write(text);
      pressed = true;
      return Promise.reject(new DOMException('not now', 'NotAllowedError'));
    };
  });
  await bar('2,000').getByRole('button', { name: 'Copy links' }).click();
  const waiting = page.getByRole('dialog', { name: 'Reading links' });
  await expect(waiting.getByText('2,000 links to copy')).toBeVisible({ timeout: 30_000 });
  await expect(waiting.getByText('They also stand in the file that Export makes.')).toBeVisible();
  await waiting.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(waiting).toBeHidden();
  await expect(toast('2,000 links copied')).toBeVisible({ timeout: 30_000 });
  expect((await page.evaluate(() => navigator.clipboard.readText())).split('\n').length).toBe(2_000);

  // While it goes on it says how far it is, and a candidate starts meanwhile.
  const letGo = await hold(page, 'candidates/delete', 3);
  await confirm('2,000');
  await expect(dialog.getByText('400 of 2,000')).toBeVisible({ timeout: 30_000 });
  expect((await new Door(server.url, tokenOf(late.invite_url)).start()).status).toBe(200);
  await accessible(page, 'deleting very many');
  // Esc is a way to stop as well, and none to lose sight of it.
  await page.keyboard.press('Escape');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toHaveAttribute('aria-busy', 'true');
  letGo();
  await expect(dialog.getByText('600 of 2,000 done')).toBeVisible();
  await expect(dialog.getByText('The other 1,400 are as they were')).toBeVisible();
  await closeDialog();
  await expect(dialog).toBeHidden();
  await expect(toast('600 candidates deleted')).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).last().click();
  await expect(all('1,401')).toBeVisible();

  // A request that is lost: the others stay selected, and it says of whom nobody knows.
  let requests = 0;
  await page.route('**/sfn/candidates/delete', (route) => {
    requests += 1;
    return requests === 2 ? route.abort() : route.continue();
  });
  await confirm('1,400');
  await expect(dialog.getByText('200 of 1,400 done')).toBeVisible();
  await expect(dialog.getByText('The server did not answer.')).toBeVisible();
  await expect(dialog.getByText('The first 200 of them may be done all the same')).toBeVisible();
  await closeDialog();
  await page.unroute('**/sfn/candidates/delete');
  await expect(toast('200 candidates deleted')).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).last().click();

  // Pressed again, it goes on with the others; undone is all that it did.
  await confirm('1,200');
  await expect(toast('1,200 candidates deleted')).toBeVisible({ timeout: 30_000 });
  const goOn = await hold(page, 'candidates/restore', 2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('dialog', { name: 'Bringing back' }).getByText('200 of 1,200')).toBeVisible();
  goOn();
  await expect(toast('1,200 candidates restored')).toBeVisible({ timeout: 30_000 });
  await expect(all('1,201')).toBeVisible();
  await expect(page.getByRole('region', { name: /selected/ })).toHaveCount(0);
});

test('hundreds who were deleted by mistake are found and come back together, after the undo is gone', async ({ accessible, api, complaints, visitor }) => {
  test.setTimeout(180_000);
  complaints.allow(/ERR_FAILED/, /Failed to load resource/);
  const interview = await crowd(api, 'Mistaken', 450);
  const page = await visitor();
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  const toast = (text: string) => page.locator('.toast__text', { hasText: text }).first();
  await selectAll(page, '450');
  await page.getByRole('region', { name: '450 selected' }).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete 450 candidates?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(toast('450 candidates deleted')).toBeVisible({ timeout: 30_000 });
  // A page that is loaded anew has no undo.
  await page.goto(`/w/${slug}/interviews/${interview}/deleted`);
  await tab.hydrated();
  const together = page.getByRole('region', { name: 'Deleted together' });
  await expect(together.getByRole('row').filter({ hasText: '450 candidates deleted' })).toBeVisible();

  // All of them are in the list, further down with every press.
  const seen = (text: string) => page.getByRole('status').filter({ hasText: new RegExp(`^${text}$`) });
  const more = page.getByRole('link', { name: 'Show more' });
  await expect(seen('200 of 450')).toBeVisible();
  await accessible(page, 'recently deleted');
  await more.click();
  await expect(seen('400 of 450')).toBeVisible();
  await more.click();
  await expect(seen('450 of 450')).toBeVisible();
  await expect(more).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Restore', exact: true })).toHaveCount(450);

  // Whom a search names, and nobody else.
  await page.getByRole('searchbox', { name: 'Search' }).fill('person 44');
  await expect(seen('10 of 10')).toBeVisible();
  await expect(together).toHaveCount(0);
  await page.getByRole('button', { name: 'Restore all 10', exact: true }).click();
  await expect(toast('10 candidates restored')).toBeVisible();
  await expect(page.getByText('Nobody who was deleted matches this search')).toBeVisible();
  await page.getByRole('link', { name: 'Clear search' }).click();
  await expect(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('');

  // Everyone else, part by part: it says how far it is, and can be stopped.
  const letGo = await hold(page, 'candidates/restore', 2);
  await together.getByRole('button', { name: 'Restore all 440', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Bringing back' });
  await expect(dialog.getByText('200 of 440')).toBeVisible({ timeout: 30_000 });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  letGo();
  await expect(dialog.getByText('400 candidates restored (400 of 440)')).toBeVisible();
  await expect(dialog.getByText('The others are still deleted')).toBeVisible();
  await accessible(page, 'bringing back, stopped');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(dialog).toBeHidden();

  // A request that is lost is said, and changes nothing that cannot be done again.
  const rest = together.getByRole('button', { name: 'Restore all 40', exact: true });
  await page.route('**/sfn/candidates/restore', (route) => route.abort(), { times: 1 });
  await rest.click();
  await expect(page.getByText('The server did not answer.')).toBeVisible();
  await rest.click();
  await expect(toast('40 candidates restored')).toBeVisible();
  await expect(page.getByText('Nobody was deleted in the last 30 days')).toBeVisible();
  await expect(page.getByText('The server did not answer.')).toHaveCount(0);
  await page.getByRole('link', { name: 'Back to sessions' }).click();
  await expect(page.getByRole('link', { name: 'All 450', exact: true })).toBeVisible();
});

test('an undo brings back nobody whom a colleague had deleted before', async ({ api, visitor }) => {
  const interview = (await api.interview('Two at it')).id;
  const ana = await api.candidate(interview, { name: 'Ana Souza' });
  await api.candidate(interview, { name: 'Ben Müller' });
  const page = await visitor();
  const tab = await SessionsTab.open(page, await signIn(page), interview);
  await page.getByRole('checkbox', { name: 'Select Ana Souza' }).check();
  await page.getByRole('checkbox', { name: 'Select Ben Müller' }).check();
  await api.send('DELETE', `/candidates/${ana.id}`);
  await page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete 2 candidates?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(page.locator('.toast__text', { hasText: '1 candidate deleted. 1 was not here any more.' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(tab.row('Ben Müller')).toBeVisible();
  const deleted = await api.get<{ items: { name: string }[] }>(`/interviews/${interview}/candidates/deleted`);
  expect(deleted.items.map((one) => one.name)).toEqual(['Ana Souza']);
});

test('what is asked of very many stays in its form until all are done', async ({ api, server, visitor }) => {
  test.setTimeout(120_000);
  const interview = (await api.interview('Hundreds')).id;
  const begun = await api.candidate(interview, { name: 'Adam First' });
  const people = Array.from({ length: 449 }, (_, n) => ({ name: `Person ${String(n + 1).padStart(3, '0')}` }));
  await api.send('POST', `/interviews/${interview}/candidates`, people);
  const page = await visitor();
  const slug = await signIn(page);
  await SessionsTab.open(page, slug, interview);
  const toast = (text: string) => page.locator('.toast__text', { hasText: text }).first();

  await selectAll(page, '450');
  // Somebody on another page begins after that: what is asked is about how they stand now.
  expect((await new Door(server.url, tokenOf(begun.invite_url)).start()).status).toBe(200);
  await page.getByRole('region', { name: '450 selected' }).getByRole('button', { name: 'Grant retakes' }).click();
  const retake = page.getByRole('dialog', { name: 'Grant a retake' });
  await retake.getByLabel('Reason').selectOption('Other');
  let letGo = await hold(page, 'sessions/retake', 2);
  await retake.getByRole('button', { name: 'Grant 1 retake' }).click();
  await expect(retake.getByText('200 of 450')).toBeVisible();
  letGo();
  // Of those who got none some are named, and all are counted.
  await expect(retake.getByText('1 retake granted')).toBeVisible({ timeout: 30_000 });
  await expect(retake.getByRole('listitem')).toHaveCount(100);
  await expect(retake.getByText('and 349 others')).toBeVisible();
  await retake.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByRole('region', { name: /selected/ })).toHaveCount(0);

  await selectAll(page, '450');
  await page.getByRole('region', { name: '450 selected' }).getByRole('button', { name: 'Change expiry' }).click();
  const expiry = page.getByRole('dialog', { name: 'Until when should the link work?' });
  letGo = await hold(page, 'links/extend', 2);
  await expiry.getByRole('button', { name: 'Change expiry' }).click();
  await expect(expiry.getByText('200 of 450')).toBeVisible();
  await expiry.getByRole('button', { name: 'Cancel' }).click();
  letGo();
  await expect(expiry.getByText('400 of 450 done')).toBeVisible();
  await expect(expiry.getByText('The other 50 are as they were')).toBeVisible();
  await expect(expiry.getByRole('button', { name: 'Cancel' })).not.toHaveAttribute('aria-busy');
  await expiry.getByRole('button', { name: 'Change expiry' }).click();
  await expect(toast('50 links changed')).toBeVisible();
  await expect(page.getByRole('region', { name: '50 selected', exact: true })).toBeVisible();
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
