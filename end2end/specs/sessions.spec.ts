// What somebody holds on the Sessions tab stays while the list is read again: an open menu, a selection, an undo; and what a press
// on a row, a filter, a copy or an ended login leads to.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Editor, SessionsTab, SignIn } from '../pages/creator.ts';
import { takeAttempt } from '../support/attempt.ts';
import { type Api, type Candidate, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';

/** Signs in; answers the workspace's place in addresses. */
async function signIn(page: Page): Promise<string> {
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

/** An interview with people of these names, the last one on top. */
async function people(api: Api, title: string, names: string[]): Promise<[string, Candidate[]]> {
  const interview = await api.interview(title);
  const made: Candidate[] = [];
  for (const [index, name] of names.entries()) made.push(await api.candidate(interview.id, { name, email: `person${index}@example.com` }));
  return [interview.id, made];
}

const counts = (api: Api, interview: string) => api.get<{ all: number }>(`/interviews/${interview}/sessions/counts`);

/** Opens a row's menu. */
async function menu(tab: SessionsTab, name: string): Promise<void> {
  await tab.row(name).hover();
  await tab.row(name).getByRole('button', { name: `Actions: ${name}` }).click();
}

const report = /\/sessions\/[0-9a-f-]{36}$/;

test('an undo works from another page, as long as it is offered', async ({ api, page }) => {
  const [interview] = await people(api, 'Undo elsewhere', ['Ana Souza', 'Ben Müller']);
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  await menu(tab, 'Ana Souza');
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete 1 candidate?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(tab.row('Ana Souza')).toHaveCount(0);
  await page.getByRole('navigation', { name: 'Interview' }).getByRole('link', { name: 'Results' }).click();
  await page.waitForURL(/results$/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.toast__text', { hasText: '1 candidate restored' }).first()).toBeVisible();
  expect((await counts(api, interview)).all).toBe(2);
});

test('of what is pressed before the dialogs are there, the last one opens', async ({ api, page }) => {
  const [interview] = await people(api, 'Pressed early', ['Ana Souza', 'Ben Müller']);
  const slug = await signIn(page);
  // Their part of the app is slow to come.
  let asked = () => {};
  let release = () => {};
  const wanted = new Promise<void>((resolve) => (asked = resolve));
  const free = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/pkg\/[^/]*sessions_dialogs[^/]*\.wasm$/, async (route) => {
    asked();
    await free;
    await route.continue();
  });
  const tab = await SessionsTab.open(page, slug, interview);
  await wanted;
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: /Create individually/ }).click();
  await menu(tab, 'Ana Souza');
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await menu(tab, 'Ben Müller');
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  release();
  await expect(page.getByRole('dialog', { name: 'Edit candidate' }).getByRole('textbox', { name: /^Name/ })).toHaveValue('Ben Müller');
  await expect(page.locator('dialog[open]')).toHaveCount(1);
  // From now on each press is its own.
  await page.keyboard.press('Escape');
  await menu(tab, 'Ana Souza');
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByRole('dialog', { name: 'Delete 1 candidate?' })).toBeVisible();
});

test('an undo that only its page could do goes with the page', async ({ api, page }) => {
  const interview = await api.interview('Undo here');
  const slug = await signIn(page);
  await page.goto(`/w/${slug}/interviews/${interview.id}/content`);
  await new SessionsTab(page).hydrated();
  await page.getByRole('button', { name: 'Actions for question 2', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Interview' }).getByRole('link', { name: 'Results' }).click();
  await page.waitForURL(/results$/);
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0);
});

test('a row leads to its report wherever it is pressed, and its box is ticked wherever its cell is', async ({ api, page }) => {
  const [interview] = await people(api, 'Pressed', ['Ana Souza']);
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  const row = tab.row('Ana Souza');
  await row.locator('.col-check').click({ position: { x: 3, y: 3 } });
  await expect(page.getByRole('checkbox', { name: 'Select Ana Souza' })).toBeChecked();
  await row.locator('.col-check').click({ position: { x: 3, y: 3 } });
  await expect(page.getByRole('checkbox', { name: 'Select Ana Souza' })).not.toBeChecked();
  await expect(page).toHaveURL(/\/sessions$/);

  for (const press of [{ modifiers: ['ControlOrMeta' as const] }, { button: 'middle' as const }]) {
    const opened = page.context().waitForEvent('page');
    await row.locator('.c-source').click(press);
    const beside = await opened;
    await beside.waitForURL(report);
    await beside.close();
  }
  await expect(page).toHaveURL(/\/sessions$/);
  await row.locator('.c-status').click();
  await page.waitForURL(report);
  await expect(page.getByRole('heading', { level: 1, name: 'Ana Souza' })).toBeVisible();

  // The list of interviews does the same.
  await page.goto(`/w/${slug}/interviews`);
  await new SessionsTab(page).hydrated();
  await tab.row('Pressed').getByRole('cell').nth(1).click();
  await page.waitForURL(new RegExp(`${interview}/sessions$`));
});

test('a press that closes a menu or the filters opens no report', async ({ api, page }) => {
  const [interview] = await people(api, 'Closed only', ['Ana Souza', 'Ben Müller']);
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  const status = tab.row('Ana Souza').locator('.c-status');
  await menu(tab, 'Ana Souza');
  await expect(page.getByRole('menuitem').first()).toBeVisible();
  await status.click();
  await expect(page.getByRole('menuitem')).toHaveCount(0);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('menuitem').first()).toBeVisible();
  // The link of the row leads nowhere either.
  await tab.row('Ana Souza').getByRole('link', { name: 'Ana Souza' }).click();
  await expect(page.getByRole('menuitem')).toHaveCount(0);
  const filters = page.locator('details.more-filters');
  await filters.locator('summary').click();
  await expect(filters).toHaveAttribute('open', '');
  // At the end of the row: its beginning may lie under the filters.
  const box = await tab.row('Ben Müller').boundingBox();
  if (!box) throw new Error('no row');
  await page.mouse.click((page.viewportSize()?.width ?? 1280) - 200, box.y + 4);
  await expect(filters).not.toHaveAttribute('open');
  // A report would be there by now.
  await page.waitForTimeout(500);
  await expect(page).toHaveURL(/\/sessions$/);
  // Nothing lies open any more: the next press is one on the row.
  await status.click();
  await page.waitForURL(report);
});

test('a menu that is open stays open while its row moves', async ({ api, page, server }) => {
  const [interview, [ana]] = await people(api, 'Held', ['Ana Souza']);
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  const row = tab.row('Ana Souza');
  await menu(tab, 'Ana Souza');
  const first = page.getByRole('menuitem').first();
  await expect(first).toBeFocused();
  await new Door(server.url, tokenOf(ana?.invite_url ?? '')).start();
  await expect(row.getByText('In progress')).toBeVisible();
  await expect(first).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(row.getByRole('button', { name: 'Actions: Ana Souza' })).toBeFocused();
  // Opened anew, it offers what can be done now.
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'End session' })).toBeVisible();
});

test('the fields of the filters follow the address', async ({ api, page }) => {
  const [interview] = await people(api, 'Followed', ['Ana Souza', 'Ben Müller']);
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  const search = page.getByRole('searchbox');
  await search.fill('ana');
  await expect(tab.row('Ben Müller')).toHaveCount(0);
  await expect(page).toHaveURL(/q=ana/);
  await page.getByRole('navigation', { name: 'Interview' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(tab.row('Ben Müller')).toBeVisible();
  await expect(search).toHaveValue('');
  await page.locator('summary', { hasText: 'Filters' }).click();
  await page.getByRole('combobox', { name: 'Source' }).selectOption('api');
  await expect(page).toHaveURL(/\?source=api$/);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL(/\/sessions$/);
  await expect(page.getByRole('combobox', { name: 'Source', includeHidden: true })).toHaveValue('');
  // Left in the middle of a word, nothing follows.
  await search.fill('be');
  await page.getByRole('navigation', { name: 'Interview' }).getByRole('link', { name: 'Results' }).click();
  await page.waitForURL(/results$/);
  await expect(page.getByRole('heading', { name: 'How far candidates came' })).toBeVisible();
  // Longer than a search waits for the rest of a word.
  await page.waitForTimeout(1_500);
  await expect(page).toHaveURL(/results$/);
});

test('ticking moves nothing, takes ranges, and survives reading a report', async ({ api, page }) => {
  const [interview, made] = await people(api, 'Ticked', ['Person 1', 'Person 2', 'Person 3', 'Person 4']);
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  const box = (n: number) => page.getByRole('checkbox', { name: `Select Person ${n}` });
  const all = page.getByRole('checkbox', { name: 'Select all rows on this page' });
  const before = await tab.row('Person 3').boundingBox();
  await box(4).click();
  await expect(page.getByRole('region', { name: '1 selected' })).toBeInViewport();
  expect(await tab.row('Person 3').boundingBox()).toEqual(before);
  expect(await all.evaluate((field: HTMLInputElement) => field.indeterminate)).toBe(true);
  await box(2).click({ modifiers: ['Shift'] });
  await expect(page.getByRole('region', { name: '3 selected' })).toBeVisible();
  await expect(box(3)).toBeChecked();
  await expect(box(1)).not.toBeChecked();

  await tab.row('Person 1').getByRole('link', { name: 'Person 1' }).click();
  await page.waitForURL(report);
  await page.goBack();
  await expect(page.getByRole('region', { name: '3 selected' }).getByRole('button', { name: 'Delete' })).toBeVisible();
  await expect(box(2)).toBeChecked();
  await page.reload();
  await expect(page.getByRole('region', { name: '3 selected' })).toBeVisible();
  // Who is gone by then does not come back as selected.
  await page.goto(`/w/${slug}/interviews`);
  await api.send('DELETE', `/candidates/${made[1]?.id}`);
  await page.goBack();
  await expect(page.getByRole('region', { name: '2 selected' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await page.reload();
  await tab.hydrated();
  await expect(box(4)).not.toBeChecked();
  await expect(page.getByRole('region', { name: /selected/ })).toHaveCount(0);
});

test('where the clipboard is refused, the link is shown for copying by hand', async ({ api, page, accessible }) => {
  const [interview, [ana]] = await people(api, 'By hand', ['Ana Souza']);
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  await menu(tab, 'Ana Souza');
  await page.getByRole('menuitem', { name: 'Copy link' }).click();
  const text = page.getByRole('dialog', { name: 'Copy' }).getByRole('textbox');
  await expect(text).toHaveValue(ana?.invite_url ?? '');
  await expect(text).toBeFocused();
  await accessible(page, 'copying by hand');
  await page.keyboard.press('Escape');
  await expect(text).toBeHidden();
});

test('a login that ends while a form is filled is made good in another tab, and nothing typed is lost', async ({ api, complaints, page }) => {
  complaints.allow(/status of 401/);
  const [interview] = await people(api, 'Logged out', ['Ana Souza']);
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: /Create individually/ }).click();
  const sheet = page.getByRole('dialog', { name: 'Create individually' });
  await sheet.getByRole('textbox', { name: /^Name/ }).fill('Ines Nováková');
  await page.context().clearCookies();
  await sheet.getByRole('button', { name: 'Add candidate' }).click();
  await expect(sheet.getByText('You are logged out')).toBeInViewport();
  const opened = page.waitForEvent('popup');
  await sheet.getByRole('link', { name: 'Log in in a new tab' }).click();
  const beside = await opened;
  await new SignIn(beside).as();
  await beside.close();
  await expect(sheet.getByRole('textbox', { name: /^Name/ })).toHaveValue('Ines Nováková');
  await sheet.getByRole('button', { name: 'Add candidate' }).click();
  await sheet.getByRole('button', { name: 'Done' }).click();
  await expect(tab.row('Ines Nováková')).toBeVisible();
});

test('a merge that could not be looked at or made is tried again', async ({ api, complaints, page }) => {
  complaints.allow(/ERR_FAILED/, /Failed to load resource/);
  const [interview] = await people(api, 'Merged at last', ['Ana Souza']);
  await api.send<Candidate>('POST', `/interviews/${interview}/candidates?on_duplicate=add`, { name: 'Ana S.', email: 'person0@example.com' });
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  const fails = (name: string) => page.route(`**/sfn/candidates/${name}`, (route) => route.abort(), { times: 1 });
  await fails('merge-plan');
  await tab.row('Ana S.').getByRole('button', { name: 'Possible duplicate: Ana S.' }).click();
  const dialog = page.getByRole('dialog', { name: 'One person, two entries?' });
  await expect(dialog.getByText('The server did not answer.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog.getByText('After the merge')).toBeVisible();
  await fails('merge');
  await dialog.getByRole('button', { name: 'Merge', exact: true }).click();
  await expect(dialog.getByText('The server did not answer.')).toBeVisible();
  await expect(dialog.getByText('After the merge')).toBeVisible();
  await dialog.getByRole('button', { name: 'Merge', exact: true }).click();
  await expect(page.locator('.toast__text', { hasText: 'Merged into one entry' }).first()).toBeVisible();
  await expect(tab.row('Ana S.')).toHaveCount(0);
});

test('decisions stand in the list, which can be filtered by them', async ({ api, page, accessible }) => {
  const [interview, [ana, ben, cy]] = await people(api, 'Decided', ['Ana Souza', 'Ben Müller', 'Cy Ono']);
  if (!ana || !ben || !cy) throw new Error('nobody');
  const decide = (one: Candidate, verdict: string) => api.send('PUT', `/sessions/${one.session.id}/decision`, { verdict, reason: '' });
  await decide(ana, 'advance');
  await decide(ben, 'hold');
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  for (const [name, words] of [['Ana Souza', 'Advance'], ['Ben Müller', 'Hold'], ['Cy Ono', '–']] as const) {
    await expect(tab.row(name).locator('.c-decision')).toHaveText(words);
  }
  await page.locator('summary', { hasText: 'Filters' }).click();
  const filter = page.getByRole('combobox', { name: 'Decision' });
  await filter.selectOption('Advance');
  await expect(page).toHaveURL(/\?decision=advance$/);
  await expect(tab.row('Ben Müller')).toHaveCount(0);
  await expect(tab.row('Ana Souza')).toBeVisible();
  await accessible(page, 'the filters with a decision');
  await filter.selectOption('Not decided');
  await expect(page).toHaveURL(/\?decision=none$/);
  await expect(tab.row('Cy Ono')).toBeVisible();
  await expect(tab.row('Ana Souza')).toHaveCount(0);
  // Decided meanwhile by somebody else: nobody is left.
  await decide(cy, 'decline');
  await expect(page.getByText('Nobody matches these filters')).toBeVisible();
});

test('reports are read one after the other in the order of the list, and the way back leads to the same list', async ({ api, page, accessible }) => {
  const [interview] = await people(api, 'In a row', ['Ana Souza', 'Ben Müller', 'Cy Ono']);
  const slug = await signIn(page);
  await page.goto(`/w/${slug}/interviews/${interview}/sessions?source=api&sort=name`);
  const tab = new SessionsTab(page);
  await tab.hydrated();
  await tab.row('Ana Souza').getByRole('link', { name: 'Ana Souza' }).click();
  await page.waitForURL(/\/sessions\/[0-9a-f-]{36}\?source=api&sort=name$/);
  const turn = page.getByRole('navigation', { name: 'Reports of this list' });
  const shown = (name: string) => expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await shown('Ana Souza');
  await expect(turn.getByRole('link', { name: 'Next' })).toBeVisible();
  await expect(turn.getByRole('link', { name: 'Previous' })).toHaveCount(0);
  await accessible(page, 'a report of a list');
  // A letter alone does nothing.
  await page.keyboard.press('j');
  await page.keyboard.press('Alt+j');
  await shown('Ben Müller');
  await expect(turn.getByRole('link', { name: 'Next' })).toBeFocused();
  // What is typed is typed, and what is chosen about one is not chosen about the next.
  const reason = page.getByRole('textbox', { name: 'Reason' });
  await page.getByRole('radio', { name: 'Hold' }).check();
  await reason.pressSequentially('jk');
  await expect(reason).toHaveValue('jk');
  await shown('Ben Müller');
  await turn.getByRole('link', { name: 'Next' }).focus();
  await page.keyboard.press('Enter');
  await shown('Cy Ono');
  // Nobody is further: the focus is at the beginning of the page.
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(reason).toHaveValue('');
  await expect(page.getByRole('radio', { name: 'Hold' })).not.toBeChecked();
  await expect(turn.getByRole('link', { name: 'Next' })).toHaveCount(0);
  await page.keyboard.press('Alt+k');
  await shown('Ben Müller');
  // What was begun and not recorded is still there.
  await expect(reason).toHaveValue('jk');
  await expect(page.getByRole('radio', { name: 'Hold' })).toBeChecked();
  await turn.getByRole('link', { name: 'Previous' }).click();
  await shown('Ana Souza');
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'In a row' }).click();
  await page.waitForURL(/\/sessions\?source=api&sort=name$/);
  await expect(tab.row('Cy Ono')).toBeVisible();
});

test('a report begins with the score, and its turns say at what time', async ({ api, page, accessible }) => {
  const [interview, [ana]] = await people(api, 'Score on top', ['Ana Souza']);
  if (!ana) throw new Error('nobody');
  const taken = await takeAttempt(api, ana, 'I led the team and the result was good.');
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview);
  await tab.row('Ana Souza').locator('.c-score').click();
  await page.waitForURL(report);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(page.locator('.report .figure')).toContainText(new RegExp(`${(taken.score ?? 0).toFixed(1)}\\s*/ 10`));
  await expect(page.locator('.report .figure')).toBeInViewport();
  const times = page.locator('.transcript time');
  await expect(times.first()).toHaveText(/^\d\d:\d\d$/);
  await expect(times.first()).toHaveAttribute('title', /\d{4}, \d\d:\d\d:\d\d /);
  await expect(page.locator('.transcript').getByText(/^\w{3} \d+ \w{3} \d{4}$/)).toHaveCount(1);
  await accessible(page, 'report on a phone');
});

test('what hangs on the Sessions tab keeps it current', async ({ api, page }) => {
  const [interview] = await people(api, 'Current', []);
  const slug = await signIn(page);
  const tab = page.getByRole('navigation', { name: 'Interview' }).getByRole('link', { name: 'Sessions' });
  for (const path of ['deleted', 'retakes', 'sessions']) {
    await page.goto(`/w/${slug}/interviews/${interview}/${path}`);
    await expect(tab).toHaveAttribute('aria-current', path === 'sessions' ? 'page' : 'true');
  }
  // Nobody yet: one filled button, and the way with a table beside the one by hand.
  await expect(page.getByRole('link', { name: 'Import by Excel' })).toBeVisible();
  await expect(page.locator('.main .btn--primary:visible')).toHaveCount(1);
});

test('a name and a text that look like markup are shown as they are', async ({ api, page }) => {
  const [name, welcome] = ['Ana</title><h2>Not ours</h2>', 'Write &lt;b&gt; or <b>.</textarea><h2>Not ours</h2>'];
  const interview = await api.interview('Markup', { welcome });
  const ana = await api.candidate(interview.id, { name });
  const slug = await signIn(page);
  const strange = page.getByRole('heading', { name: 'Not ours', exact: true });
  await page.goto(`/w/${slug}/interviews/${interview.id}/sessions/${ana.session.id}`);
  await expect(page.getByRole('heading', { level: 1, name, exact: true })).toBeVisible();
  await expect(page).toHaveTitle(`${name} · Parley`);
  await expect(strange).toHaveCount(0);
  await Editor.open(page, slug, interview.id);
  await expect(page.getByRole('textbox', { name: /^Welcome text/ })).toHaveValue(welcome);
  await expect(strange).toHaveCount(0);
});
