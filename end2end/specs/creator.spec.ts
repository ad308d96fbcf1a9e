// What creators do besides watching sessions: writing interviews without losing a word, reading results, managing members; every
// screen of theirs by keyboard and for screen readers.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import { Editor, SignIn } from '../pages/creator.ts';
import { Api, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';
import { owner } from '../support/server.ts';

const hydrated = (page: Page) => expect(page.locator('html[data-hydrated]')).toBeAttached();

/** Signs in and answers the workspace's place in addresses. */
async function signIn(page: Page, as?: { email: string; password: string }): Promise<string> {
  await (await SignIn.open(page)).as(as);
  await page.waitForURL(/\/w\/[^/]+/);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

const text = (page: Page, n: number) => new Editor(page).text(n);

test('edits survive an ended login, and the order is changed by keyboard', async ({ api, complaints, page }) => {
  complaints.allow(/status of 401/); // what saving answers once the login has ended
  const interview = await api.interview('Editor');
  const slug = await signIn(page);
  const editor = `/w/${slug}/interviews/${interview.id}/content`;
  await open(page, editor);
  await expect(text(page, 1)).toHaveValue('Tell me about a project you are proud of.');

  // The third question goes to the top, by its grip.
  await page.getByRole('button', { name: /^Question 3: move/ }).focus();
  await page.keyboard.press('ArrowUp');
  await expect(text(page, 2)).toHaveValue('How do you handle a disagreement?');
  await page.keyboard.press('ArrowUp');
  await expect(text(page, 1)).toHaveValue('How do you handle a disagreement?');
  await expect(page.getByText('Now 1 of 3')).toBeAttached();
  await text(page, 1).fill('How do you settle a disagreement?');
  await expect(page.getByText('Unsaved changes')).toBeVisible();

  // The login ends elsewhere, in the middle of it.
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('You are logged out')).toBeVisible();
  await expect(text(page, 1)).toHaveValue('How do you settle a disagreement?');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('link', { name: 'Log in again' }).click();
  await new SignIn(page).as();
  await page.waitForURL(new RegExp(`${editor}$`));
  await hydrated(page);
  await expect(page.getByText('Your unsaved changes are back')).toBeVisible();
  await expect(text(page, 1)).toHaveValue('How do you settle a disagreement?');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Changes saved').first()).toBeVisible();

  const saved = await api.get<{ questions: { id: string; text: string }[] }>(`/interviews/${interview.id}`);
  expect(saved.questions.map((q) => q.text)).toEqual(['How do you settle a disagreement?', 'Tell me about a project you are proud of.', 'Which shift suits you?']);
  expect(saved.questions[0]?.id, 'a moved question keeps its id').toBe(interview.questions[2]?.id);
  await open(page, editor);
  await expect(page.getByText('Your unsaved changes are back')).toHaveCount(0);
  await expect(text(page, 1)).toHaveValue('How do you settle a disagreement?');
});

test('choices are put into another order by keyboard, menu and mouse, and keep their ids', async ({ api, page, accessible }) => {
  const shifts = ['Morning', 'Noon', 'Evening'];
  const interview = await api.interview('Choices', {
    questions: [{ kind: 'single_choice', text: 'Which shift suits you?', choices: shifts.map((text) => ({ text })) }],
  });
  const editor = await Editor.open(page, await signIn(page), interview.id);
  await expect.poll(() => editor.written(1)).toEqual(shifts);

  await editor.grip('Choice 3').focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => editor.written(1)).toEqual(['Morning', 'Evening', 'Noon']);
  await expect(editor.grip('Choice 2')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => editor.written(1)).toEqual(['Evening', 'Morning', 'Noon']);
  await expect(page.getByText('Now 1 of 3')).toBeAttached();

  await editor.pick('Choice 3', 'Move up');
  await expect.poll(() => editor.written(1)).toEqual(['Evening', 'Noon', 'Morning']);
  await editor.pick('Choice 2', 'Remove');
  await expect.poll(() => editor.written(1)).toEqual(['Evening', 'Morning']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => editor.written(1)).toEqual(['Evening', 'Noon', 'Morning']);

  // Over the upper half of the first; a browser says that something is over a place from the second movement on.
  await editor.grip('Choice 3').hover();
  await page.mouse.down();
  for (const x of [8, 12]) await editor.choices(1).first().hover({ position: { x, y: 4 } });
  await page.mouse.up();
  await expect.poll(() => editor.written(1)).toEqual(['Morning', 'Evening', 'Noon']);
  await expect(page.locator('.option--dragged')).toHaveCount(0);
  await accessible(page, 'editor of choices');

  // Unsaved, the order comes back after a reload.
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await editor.hydrated();
  await expect(page.getByText('Your unsaved changes are back')).toBeVisible();
  await expect.poll(() => editor.written(1)).toEqual(['Morning', 'Evening', 'Noon']);
  await editor.save();
  const [morning, noon, evening] = interview.questions[0]?.choices ?? [];
  const saved = await api.get<typeof interview>(`/interviews/${interview.id}`);
  expect(saved.questions[0]?.choices).toEqual([morning, evening, noon]);
});

test('edits of fields and settings come back after a reload, also those typed a moment before the tab was left', async ({ api, complaints, page }) => {
  complaints.allow(/status of 401/);
  const interview = await api.interview('Kept');
  const slug = await signIn(page);
  const base = `/w/${slug}/interviews/${interview.id}`;
  await open(page, `${base}/settings`);
  await page.getByRole('textbox', { name: "Interviewer's name" }).fill('Kim');
  await page.getByRole('checkbox', { name: 'Count time away' }).check();
  await page.getByRole('combobox', { name: 'Tone' }).selectOption('formal');
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('You are logged out').first()).toBeVisible();
  await page.context().addCookies(cookies);
  page.once('dialog', (dialog) => void dialog.accept());
  await open(page, `${base}/settings`);
  await expect(page.getByText('Your unsaved changes are back')).toBeVisible();
  await expect(page.getByRole('textbox', { name: "Interviewer's name" })).toHaveValue('Kim');
  await expect(page.getByRole('checkbox', { name: 'Count time away' })).toBeChecked();
  await expect(page.getByRole('combobox', { name: 'Tone' })).toHaveValue('formal');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Changes saved').first()).toBeVisible();
  expect((await api.get<{ settings: unknown }>(`/interviews/${interview.id}`)).settings).toMatchObject({ interviewer_name: 'Kim', count_time_away: true, tone: 'formal' });

  await open(page, `${base}/content`);
  const title = page.getByRole('textbox', { name: 'Title' });
  await title.fill('Kept in a hurry');
  await page.getByRole('navigation', { name: 'Interview' }).getByRole('link', { name: 'Results' }).click();
  await page.waitForURL(/results$/);
  await expect.poll(() => page.evaluate(() => Object.values(localStorage).some((kept) => kept.includes('Kept in a hurry')))).toBe(true);
  await page.goBack();
  await expect(title).toHaveValue('Kept in a hurry');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await hydrated(page);
  await expect(page.getByText('Your unsaved changes are back')).toBeVisible();
  await expect(title).toHaveValue('Kept in a hurry');
});

test('a login that has ended leads back to the same address, filters and all', async ({ api, page }) => {
  const interview = await api.interview('Back to it');
  await api.candidate(interview.id, { name: 'Ana' });
  const slug = await signIn(page);
  await page.context().clearCookies();
  await page.goto(`/w/${slug}/interviews/${interview.id}/sessions?status=not_started&sort=name`);
  await page.waitForURL(/\/login/);
  await new SignIn(page).as();
  await page.waitForURL(/\/sessions\?status=not_started&sort=name$/);
  await expect(page.getByRole('row').filter({ hasText: 'Ana' })).toBeVisible();
});

test('two people edit the same interview', async ({ api, page, visitor, complaints }) => {
  complaints.allow(/status of 409/);
  const interview = await api.interview('Two editors');
  const slug = await signIn(page);
  const other = await visitor();
  await signIn(other);
  const editor = `/w/${slug}/interviews/${interview.id}/content`;
  await open(page, editor);
  await open(other, editor);
  await text(page, 1).fill('First of the one');
  await text(other, 1).fill('First of the other');
  await other.getByRole('button', { name: 'Save changes' }).click();
  await expect(other.getByText('Changes saved').first()).toBeVisible();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Someone saved this interview meanwhile')).toBeVisible();
  await expect(text(page, 1)).toHaveValue('First of the one');
  await page.getByRole('button', { name: 'Replace with mine' }).click();
  await expect(page.getByText('Changes saved').first()).toBeVisible();
  const saved = await api.get<{ questions: { text: string }[] }>(`/interviews/${interview.id}`);
  expect(saved.questions[0]?.text).toBe('First of the one');
});

test('candidates get what is on the screen: opening and the preview save it first', async ({ api, page }) => {
  const interview = await api.interview('As seen', { state: 'draft' });
  const slug = await signIn(page);
  const base = `/w/${slug}/interviews/${interview.id}`;
  await open(page, `${base}/content`);
  const stored = () => api.get<{ state: string; questions: { text: string }[]; settings: { interviewer_name: string } }>(`/interviews/${interview.id}`);
  await text(page, 1).fill('What are you proud of?');
  const opened = page.context().waitForEvent('page');
  await page.getByRole('button', { name: 'Save and preview' }).click();
  const preview = await opened;
  const chat = await new Landing(preview).start();
  await chat.question('What are you proud of?');
  await preview.close();
  await expect(page.getByRole('button', { name: 'Preview', exact: true })).toBeVisible();

  // What cannot be saved is not opened, and its field says why.
  await text(page, 1).fill('');
  await page.getByRole('button', { name: 'Save and open' }).click();
  await expect(text(page, 1)).toHaveAttribute('aria-invalid', 'true');
  expect((await stored()).state).toBe('draft');
  await text(page, 1).fill('What are you really proud of?');
  await page.getByRole('button', { name: 'Save and open' }).click();
  await expect(page.getByText('Interview is open').first()).toBeVisible();
  expect(await stored()).toMatchObject({ state: 'open', questions: [{ text: 'What are you really proud of?' }, {}, {}] });
  await expect(page.getByText('Unsaved changes')).toBeHidden();

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Open again' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Interview' }).getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: "Interviewer's name" }).fill('Kim');
  await page.getByRole('button', { name: 'Save and open' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  expect(await stored()).toMatchObject({ state: 'open', settings: { interviewer_name: 'Kim' } });
  // On a tab without edits, the header acts on what is saved.
  await page.getByRole('textbox', { name: "Interviewer's name" }).fill('Robin');
  await expect(page.getByRole('button', { name: 'Save and preview' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Interview' }).getByRole('link', { name: 'Results' }).click();
  await expect(page.getByRole('button', { name: 'Preview', exact: true })).toBeVisible();
});

test('results add up what candidates did', async ({ api, page, server, accessible }) => {
  const interview = await api.interview('Results', { criteria: [{ name: 'Teamwork', description: 'speaks of the team', weight: 2 }] });
  for (const [index, name] of ['Ana', 'Bo', 'Cy', 'Dora'].entries()) {
    const candidate = await api.candidate(interview.id, { name });
    const door = new Door(server.url, tokenOf(candidate.invite_url));
    if (index > 2) continue;
    let { view } = await door.start();
    while (view.question && index < 2) {
      const base = Door.write(view);
      const choice = view.question.choices[0];
      const reply = choice ? await door.post('answer', { client_id: base.client_id, question: base.question, 'choices[]': choice.id }) : await door.answer(base);
      view = reply.view;
    }
    if (index > 1) continue;
    await door.finish();
    await expect.poll(async () => (await api.session(candidate.session.id)).analysis_state).toBe('ready');
    await api.send('PUT', `/sessions/${candidate.session.id}/decision`, { verdict: index ? 'decline' : 'advance', reason: '' });
  }
  const slug = await signIn(page);
  await open(page, `/w/${slug}/interviews/${interview.id}/sessions`);
  await page.getByRole('navigation', { name: 'Interview' }).getByRole('link', { name: 'Results' }).click();
  await expect(page.getByRole('heading', { name: 'How far candidates came' })).toBeVisible();
  const funnel = page.getByRole('region').filter({ hasText: 'How far candidates came' }).or(page.locator('section').filter({ hasText: 'How far candidates came' })).first();
  for (const [step, n] of [['Added', 4], ['Started', 3], ['Completed', 2]] as const) {
    await expect(funnel.getByRole('listitem').filter({ hasText: step })).toContainText(String(n));
  }
  await expect(page.getByRole('img', { name: /^Distribution of 2 overall scores/ })).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Teamwork' })).toContainText('of 2 candidates');
  await accessible(page, 'results');
  // The same figures as a table, without scripts' help.
  await funnel.getByText('Show as table').click();
  await expect(funnel.getByRole('row', { name: /^Started 3 75%$/ })).toBeVisible();
  await page.getByRole('link', { name: 'Completed at least once' }).click();
  await page.waitForURL(/\/sessions\?status=completed$/);
  await expect(page.getByRole('row').filter({ hasText: 'Ana' })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Dora' })).toHaveCount(0);
  await page.goBack();
  await page.getByRole('link', { name: 'Decline', exact: true }).click();
  await page.waitForURL(/\/sessions\?decision=decline$/);
  await expect(page.getByRole('row').filter({ hasText: 'Bo' })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Ana' })).toHaveCount(0);
});

test('members: another role takes effect at once, and an owner is left', async ({ page, server, visitor, accessible }) => {
  const mia = { email: 'mia@example.com', password: 'mia has a password' };
  server.command(['user', 'add', '--email', mia.email, '--name', 'Mia Member', '--role', 'viewer'], `${mia.password}\n`);
  const slug = await signIn(page);
  const theirs = await visitor();
  await signIn(theirs, mia);
  await open(theirs, `/w/${slug}/interviews`);
  await expect(theirs.getByRole('link', { name: 'New interview' })).toHaveCount(0);

  await open(page, `/w/${slug}/settings/members`);
  await accessible(page, 'members');
  const row = page.getByRole('row').filter({ hasText: 'Mia Member' });
  await row.getByRole('combobox', { name: 'Role of Mia Member' }).selectOption('Admin');
  await expect(page.getByText('Role changed').first()).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: owner.name }).getByRole('combobox')).toHaveCount(0);
  await open(theirs, `/w/${slug}/interviews`);
  await expect(theirs.getByRole('link', { name: 'New interview' }).first()).toBeVisible();
  // An admin does not touch owners.
  await open(theirs, `/w/${slug}/settings/members`);
  await expect(theirs.getByRole('row').filter({ hasText: owner.name }).getByRole('button')).toHaveCount(0);

  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('Member removed').first()).toBeVisible();
  await expect(row).toHaveCount(0);
  await theirs.goto('/');
  await expect(theirs.getByRole('link', { name: 'New interview' })).toHaveCount(0);
});

test('a new key is not lost by a slip', async ({ visitor, accessible }) => {
  const page = await visitor({ permissions: ['clipboard-read', 'clipboard-write'] });
  const slug = await signIn(page);
  await open(page, `/w/${slug}/settings/keys`);
  await page.getByRole('button', { name: 'New API key' }).click();
  await page.getByRole('textbox', { name: 'What is it for' }).fill('Applicant import');
  await page.getByRole('button', { name: 'Create key' }).click();
  const made = page.getByRole('dialog', { name: 'Key created' });
  await expect(made.getByRole('textbox', { name: 'API key' })).toHaveValue(/^pk_/);
  await accessible(page, 'a new key');
  const question = page.getByRole('dialog', { name: 'Close without copying the key?' });
  await page.keyboard.press('Escape');
  await question.getByRole('button', { name: 'Go back' }).click();
  await expect(question).toBeHidden();
  await made.getByRole('button', { name: 'Done' }).click();
  await question.getByRole('button', { name: 'Go back' }).click();
  await expect(question).toBeHidden();
  const key = await made.getByRole('textbox', { name: 'API key' }).inputValue();
  await made.getByRole('button', { name: 'Copy key' }).click();
  await expect(made.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);
  await page.keyboard.press('Escape');
  await expect(made).toBeHidden();
  await expect(question).toBeHidden();
  await expect(page.getByRole('row').filter({ hasText: 'Applicant import' })).toContainText(key.slice(-4));
});

test('the workspace is renamed for candidates and colleagues, and a password is changed by who knows it', async ({ ownServer, visitor, accessible, complaints }) => {
  complaints.allow(/status of 422/); // a wrong password
  test.setTimeout(90_000);
  // A server of its own: the owner of the others keeps their password.
  const server = await ownServer('own-settings');
  server.addOwner();
  const api = new Api(server.url, server.apiKey());
  const at = { baseURL: server.url };
  const page = await visitor(at);
  const slug = await signIn(page);
  const elsewhere = await visitor(at);
  await signIn(elsewhere);
  await open(page, `/w/${slug}/settings`);
  await accessible(page, 'settings');
  const name = page.getByRole('textbox', { name: 'Company name' });
  await expect(name).toHaveValue('My workspace');
  await name.fill('');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByText("Enter your company's name.")).toBeVisible();
  await name.fill('Café Söhne');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.getByText('Workspace renamed').first()).toBeVisible();
  await expect(page.locator('.rail__space')).toContainText('Café Söhne');
  const interview = await api.interview('Named');
  const ana = await api.candidate(interview.id, { name: 'Ana' });
  const candidate = await visitor(at);
  await Landing.open(candidate, ana.invite_url);
  await expect(candidate.getByRole('banner')).toHaveText('Café Söhne');

  const [old, fresh] = [page.getByLabel('Present password'), page.getByLabel('New password')];
  await old.fill('not my password');
  await fresh.fill('a better one for me');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('This is not your present password.')).toBeVisible();
  await expect(old).toBeFocused();
  await old.fill(owner.password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Password changed').first()).toBeVisible();
  await expect(old).toHaveValue('');
  // Here one goes on; in the other browser one logs in again, with the new one.
  await open(page, `/w/${slug}/interviews`);
  await expect(page.getByRole('heading', { level: 1, name: 'Interviews' })).toBeVisible();
  await elsewhere.goto(`/w/${slug}/interviews`);
  await elsewhere.waitForURL(/\/login/);
  await new SignIn(elsewhere).as({ email: owner.email, password: 'a better one for me' });

  await elsewhere.waitForURL(/\/w\/[^/]+\/interviews/);

  // Without scripts the page that comes back says the same.
  const plain = await visitor({ ...at, javaScriptEnabled: false });
  await plain.context().addCookies(await elsewhere.context().cookies());
  await plain.goto(`/w/${slug}/settings`);
  for (const [present, answer] of [
    ['not my password', 'The password was not changed'],
    ['a better one for me', 'Password changed'],
  ] as const) {
    await plain.getByLabel('Present password').fill(present);
    await plain.getByLabel('New password').fill('the best one for me');
    await plain.getByRole('button', { name: 'Change password' }).click();
    await expect(plain.locator('.notice', { hasText: answer })).toBeVisible();
  }
});

test('menus and dialogs by keyboard alone', async ({ api, page }) => {
  const interview = await api.interview('Keyboard');
  await api.candidate(interview.id, { name: 'Ana' });
  const slug = await signIn(page);
  await open(page, `/w/${slug}/interviews/${interview.id}/sessions`);
  const add = page.getByRole('button', { name: 'Add', exact: true });
  await add.focus();
  await page.keyboard.press('ArrowDown');
  const entry = page.getByRole('menuitem', { name: /Create individually/ });
  await expect(entry).toBeFocused();
  await page.keyboard.press('End');
  await expect(page.getByRole('menu', { name: 'Add' }).getByRole('menuitem').last()).toBeFocused();
  await page.keyboard.press('c');
  await expect(entry).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(entry).toBeHidden();
  await expect(add).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(entry).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: 'Create individually' });
  await expect(sheet.getByRole('textbox', { name: /^Name/ })).toBeFocused();
  await page.keyboard.type('Bo');
  // Esc asks before what was typed is lost.
  await page.keyboard.press('Escape');
  await expect(page.getByText('Discard what you entered?')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(sheet.getByRole('textbox', { name: /^Name/ })).toHaveValue('Bo');

  // A row's own menu, from the row's link on.
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Discard', exact: true }).press('Enter');
  await expect(sheet).toBeHidden();
  await page.getByRole('row').filter({ hasText: 'Ana' }).getByRole('link').first().focus();
  const menu = page.getByRole('button', { name: /: Ana$/ });
  for (let n = 0; n < 6 && !(await menu.evaluate((button) => button === document.activeElement)); n += 1) await page.keyboard.press('Tab');
  await expect(menu).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu').getByRole('menuitem').first()).toBeFocused();
});

test('the filters fold on Esc and on a press outside, as menus do', async ({ api, page }) => {
  const interview = await api.interview('Filters');
  await api.candidate(interview.id, { name: 'Ana Souza' });
  const slug = await signIn(page);
  await open(page, `/w/${slug}/interviews/${interview.id}/sessions`);
  const summary = page.locator('summary', { hasText: 'Filters' });
  const source = page.getByRole('combobox', { name: 'Source' });
  await summary.click();
  await source.selectOption('invited');
  await expect(source).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(source).toBeHidden();
  await expect(summary).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(source).toBeVisible();
  await page.getByRole('heading', { level: 1 }).click();
  await expect(source).toBeHidden();
  await expect(page).toHaveURL(/source=invited/);
});

test('settings keep no room for a bar that is not there, and nothing moves when it comes', async ({ api, page }) => {
  const interview = await api.interview('Room');
  const slug = await signIn(page);
  await open(page, `/w/${slug}/interviews/${interview.id}/settings`);
  const share = page.getByRole('heading', { name: 'Shareable link' });
  const last = await page.getByLabel('Retakes without asking').boundingBox();
  const before = await share.boundingBox();
  if (!last || !before) throw new Error('not to be seen');
  expect(before.y - last.y - last.height, 'a hint and a line between them').toBeLessThan(120);
  await page.getByLabel('Interviewer\'s name').fill('Robin Redbreast');
  await expect(page.getByText('Unsaved changes')).toBeInViewport();
  expect((await share.boundingBox())?.y).toBe(before.y);
  // Also from the foot of the page it is in sight, and saves.
  await page.getByRole('button', { name: 'Change expiry of all links' }).scrollIntoViewIfNeeded();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Changes saved').first()).toBeVisible();
});

test('every screen of a creator passes axe, in the light and in the dark', async ({ ownServer, visitor, accessible, complaints }) => {
  complaints.allow(/status of 404/);
  test.setTimeout(180_000);
  // A server of its own: a second workspace would be in the way of other tests.
  const server = await ownServer('axe');
  const page = await visitor({ baseURL: server.url });
  const said = server.command(['demo', '--sessions', '60']);
  const of = (label: string) => new RegExp(`^${label}\\s+(\\S+)$`, 'm').exec(said)?.[1] ?? '';
  await page.goto('/login');
  await accessible(page, 'login');
  await new SignIn(page).as({ email: of('Email'), password: of('Password') });
  const base = `/w/${/\/w\/(\S+)/.exec(said)?.[1] ?? ''}`;
  await page.goto(`${base}/interviews`);
  const href = (await page.getByRole('rowheader').getByRole('link').first().getAttribute('href')) ?? '';
  const inside = href.replace(/\/[^/]+$/, '');
  await page.goto(`${inside}/sessions?status=completed`);
  const report = (await page.getByRole('rowheader').getByRole('link').first().getAttribute('href')) ?? '';
  const screens = [base, `${base}/interviews`, `${base}/interviews/new`, `${base}/sessions`, `${base}/settings`, `${base}/settings/members`, `${base}/settings/keys`, `${base}/nowhere`];
  screens.push(...['content', 'sessions', 'settings', 'results', 'deleted'].map((tab) => `${inside}/${tab}`), report);
  for (const screen of screens) {
    await open(page, screen);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' }); // no colour half-way to another
      await accessible(page, `${screen} (${colorScheme})`);
    }
  }
});
