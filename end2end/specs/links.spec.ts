// Links: the shareable one from its card to a poster, coming back to it, previews, how long invite links work, and that
// looking at a link, by whatever machine and however often, changes nothing.
import type { Page, Route } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Chat, Landing } from '../pages/candidate.ts';
import { SessionsTab, SettingsTab, SignIn } from '../pages/creator.ts';
import { type Api, type Candidate, type Session, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';
import { rememberToken } from '../support/server.ts';

/** Signed in; the workspace's place in addresses. */
async function signIn(page: Page): Promise<string> {
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

const counts = (api: Api, interview: string) =>
  api.get<{ all: number; not_started: number; in_progress: number; completed: number }>(`/interviews/${interview}/sessions/counts`);

/** What the chat shows to somebody who came by the public link. */
const ownLinkBox = (page: Page) => page.getByRole('group', { name: 'Your own link' });
const ownLink = (page: Page) => ownLinkBox(page).getByText(/\/i\/invite\//);

/** Starts by the public link as a stranger does; answers the chat and their own link. */
async function walkIn(page: Page, path: string, name: string, email: string): Promise<[Chat, string]> {
  await page.goto(path);
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  await page.getByRole('textbox', { name: 'Your email' }).fill(email);
  const chat = await new Landing(page).start();
  await chat.hydrated();
  const own = await ownLink(page).innerText();
  rememberToken(tokenOf(own));
  return [chat, own];
}

test('invite-only until a link is created; copied, shown as a code, bounded, revoked, created anew', async ({ api, visitor, accessible, complaints }) => {
  complaints.allow(/status of 422/); // a window that ends before it begins
  const interview = await api.interview('Shareable');
  const page = await visitor({ permissions: ['clipboard-read', 'clipboard-write'] });
  const slug = await signIn(page);
  const settings = await SettingsTab.open(page, slug, interview.id);
  const card = page.getByRole('region', { name: 'Shareable link' });
  await expect(card.getByText('This interview is invite-only')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Invite only' })).toBeVisible();
  await card.getByRole('button', { name: 'Create shareable link' }).click();
  const address = card.getByRole('textbox', { name: 'Link' });
  await expect(address).toHaveValue(/\/i\/[\w-]{16}$/);
  const first = await address.inputValue();
  await expect(card.getByText('0 starts so far')).toBeVisible();
  await accessible(page, 'settings with a shareable link');

  await card.getByRole('button', { name: 'Copy link' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(first);
  // The badge in the header copies it too.
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await page.getByRole('button', { name: first.split('/').at(-1) ?? '' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(first);
  const code = card.getByRole('img', { name: 'QR code of the shareable link' });
  await expect.poll(() => code.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
  const download = page.waitForEvent('download');
  await card.getByRole('link', { name: 'Download QR code' }).click();
  expect((await download).suggestedFilename()).toMatch(/\.svg$/);

  // The window is typed in the creator's zone; what is wrong is said beside its field.
  await card.getByLabel('Opens at').fill('2031-05-02T09:00');
  await card.getByLabel('Closes at').fill('2031-05-01T09:00');
  await card.getByRole('button', { name: 'Save' }).click();
  await expect(card.getByText('The link closes after it opens.')).toBeVisible();
  await card.getByLabel('Closes at').fill('2031-05-03T09:00');
  await card.getByRole('button', { name: 'Save' }).click();
  await expect(card.getByText('Not open yet')).toBeVisible();
  const stranger = await visitor();
  await stranger.goto(new URL(first).pathname);
  await expect(stranger.getByRole('heading', { name: 'This interview is not open yet' })).toBeVisible();
  await accessible(stranger, 'a link that opens later');
  await card.getByLabel('Opens at').fill('');
  await card.getByLabel('Closes at').fill('');
  await card.getByLabel('Maximum starts').fill('1');
  await card.getByRole('button', { name: 'Save' }).click();
  await expect(card.getByText('0 of 1 start so far')).toBeVisible();

  const [inside] = await walkIn(stranger, new URL(first).pathname, 'Wim Walkin', 'wim@example.com');
  // The card counts by itself, and nothing that is being typed is lost by it.
  await expect(card.getByText('1 of 1 start so far')).toBeVisible();
  await expect(card.getByText('It takes nobody any more: it has taken as many as it may.')).toBeVisible();
  const second = await visitor();
  await second.goto(new URL(first).pathname);
  await expect(second.getByRole('heading', { name: 'All places are taken' })).toBeVisible();

  await card.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog', { name: 'Revoke the shareable link?' }).getByRole('button', { name: 'Revoke' }).click();
  await expect(card.getByText('This interview is invite-only')).toBeVisible();
  expect((await second.request.get(new URL(first).pathname)).status()).toBe(410);
  await inside.answerAnything('I am inside and may finish.');
  await card.getByRole('button', { name: 'Create shareable link' }).click();
  await expect(address).not.toHaveValue(first);
  expect((await second.request.get(new URL(await address.inputValue()).pathname)).status()).toBe(200);
  expect((await second.request.get(new URL(first).pathname)).status(), 'what was revoked stays revoked').toBe(410);
  await settings.hydrated();
});

test('a public start: own link, the browser remembered, start as someone else, the same email tells nothing', async ({ api, visitor, accessible }) => {
  const interview = await api.interview('Walk-ins');
  const link = await api.send<{ url: string }>('POST', `/interviews/${interview.id}/public-link`, {});
  const path = new URL(link.url).pathname;
  const browser = await visitor();
  const [chat, own] = await walkIn(browser, path, 'Ana Souza', 'ana@example.com');
  await chat.answer('I led a project in a team of four.');
  await chat.question('Which shift suits you?');
  // It makes room for the talk, and is there also after a reload.
  await expect(ownLink(browser)).toBeHidden();
  await browser.reload();
  await chat.hydrated();
  await expect(ownLink(browser)).toBeHidden();
  await ownLinkBox(browser).getByText('Your own link').click();
  await expect(ownLink(browser)).toHaveText(own);

  await browser.goto(path);
  await expect(browser.getByRole('button', { name: 'Continue interview' })).toBeVisible();
  await expect(browser.getByText('Ana Souza')).toHaveCount(0);
  await accessible(browser, 'welcome back');
  const again = await new Landing(browser).resume();
  await again.said('I led a project in a team of four.');
  await browser.goto(path);
  await browser.getByRole('link', { name: 'Start as someone else' }).click();
  await expect(browser.getByRole('textbox', { name: 'Your name' })).toHaveValue('');

  // Somebody else types Ana's email: a session of their own, and not a word about hers.
  const other = await visitor();
  const [stranger, theirs] = await walkIn(other, path, 'Eve', 'ANA@example.com');
  await stranger.progress(1, 3);
  await expect(other.getByText('I led a project')).toHaveCount(0);
  expect(theirs).not.toBe(own);
  const { items } = await api.get<{ items: (Candidate & { possible_duplicate_of: string | null })[] }>(`/interviews/${interview.id}/candidates`);
  expect(items.filter(({ possible_duplicate_of }) => possible_duplicate_of !== null).map(({ name }) => name)).toEqual(['Eve']);

  // The own link opens her session on another device.
  const phone = await visitor({ viewport: { width: 360, height: 740 } });
  const back = await (await Landing.open(phone, own)).resume();
  await back.said('I led a project in a team of four.');

  // Who was invited has a link already.
  const invited = await api.candidate(interview.id, { name: 'Ina', email: 'ina@example.com' });
  const theirChat = await (await Landing.open(await visitor(), invited.invite_url)).start();
  await theirChat.hydrated();
  await expect(ownLinkBox(theirChat.page)).toHaveCount(0);
});

test('the own link is whole on a phone, selected as a whole and copied by a press', async ({ api, visitor, accessible }) => {
  const interview = await api.interview('Own link');
  const link = await api.send<{ url: string }>('POST', `/interviews/${interview.id}/public-link`, {});
  const page = await visitor({ viewport: { width: 360, height: 740 }, permissions: ['clipboard-read', 'clipboard-write'] });
  const [, own] = await walkIn(page, new URL(link.url).pathname, 'Ola', 'ola@example.com');
  const text = ownLink(page);
  const cut = await text.evaluate((part) => part.scrollWidth - part.clientWidth);
  expect(cut, 'the link is cut off by').toBeLessThanOrEqual(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await text.click();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(own);
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  // Copied, it folds to a line, which has the focus and opens it again.
  const head = ownLinkBox(page).locator('summary');
  await expect(head).toContainText('Copied');
  await expect(text).toBeHidden();
  await expect(head).toBeFocused();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(own);
  await accessible(page, 'own link on a phone');
  await page.keyboard.press('Enter');
  await expect(text).toBeVisible();
});

test('a public start works where no cookie is kept', async ({ api, visitor, complaints }) => {
  complaints.allow(/status of 401/); // the stream, which needs the cookie; the page asks now and then instead
  const interview = await api.interview('No cookies');
  const link = await api.send<{ url: string }>('POST', `/interviews/${interview.id}/public-link`, {});
  const page = await visitor();
  await page.goto(new URL(link.url).pathname);
  await page.getByRole('textbox', { name: 'Your name' }).fill('Nora');
  await page.getByRole('textbox', { name: 'Your email' }).fill('nora@example.com');
  const chat = await new Landing(page).start();
  await page.context().clearCookies();
  await page.reload();
  await chat.hydrated();
  await chat.answer('Without a single cookie.');
  await chat.question('Which shift suits you?');
  await page.reload();
  await chat.said('Without a single cookie.');
});

test('a preview is the candidate\'s path, and stands nowhere', async ({ api, visitor, accessible }) => {
  const interview = await api.interview('Previewed', { state: 'draft' });
  const page = await visitor();
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview.id);
  const popup = page.context().waitForEvent('page');
  await page.getByRole('button', { name: 'Preview' }).click();
  const preview = await popup;
  await preview.waitForURL(/\/i\/invite\//);
  rememberToken(tokenOf(preview.url()));
  const note = preview.getByText('Preview: this is what candidates see.');
  await expect(note).toBeVisible();
  await accessible(preview, 'preview, landing');
  const chat = await new Landing(preview).start();
  await chat.hydrated();
  await expect(note).toBeVisible();
  await accessible(preview, 'preview, chat');
  while (await chat.waiting()) await chat.answerAnything('I looked at what the team needed, and we had a result within a week.');
  await chat.finish();
  await expect(preview.getByRole('heading', { name: 'That was the preview' })).toBeVisible();
  await expect(preview.getByText('Close this tab to go back to your interview.')).toBeVisible();
  await expect(preview.getByText('Your answers are stored and with the company.')).toHaveCount(0);
  expect(await counts(api, interview.id)).toMatchObject({ all: 0, not_started: 0, in_progress: 0, completed: 0 });
  await page.reload();
  await tab.hydrated();
  await expect(page.getByRole('row')).toHaveCount(0);
});

test('invite links: who can start with them, until when, replaced while the page is open', async ({ api, visitor, complaints }) => {
  complaints.allow(/status of 422/, /status of 404/, /status of 401/); // a time that is past; what an open page is told after its link was replaced
  const interview = await api.interview('Expiring', { settings: { follow_up_depth: 'light', invite_expiry_days: 3 } });
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  const page = await visitor();
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview.id);
  const menu = async (item: string | RegExp) => {
    await tab.row('Ana Souza').getByRole('button', { name: /Ana Souza/ }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await tab.row('Ana Souza').getByRole('button', { name: /Ana Souza/ }).click();
  await expect(page.getByRole('menuitem', { name: /Anyone with this link can start as Ana Souza/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await menu('Change expiry');
  const dialog = page.getByRole('dialog', { name: 'Until when should the link work?' });
  await dialog.getByLabel('Valid').selectOption('Without an end');
  await dialog.getByRole('button', { name: 'Change expiry' }).click();
  await expect(page.getByText('1 link changed').first()).toBeVisible();
  expect(await api.get<{ link_expires_at: string | null }>(`/candidates/${ana.id}`)).toMatchObject({ link_expires_at: null });
  await menu('Change expiry');
  await dialog.getByLabel('Valid').selectOption('Until a date');
  await dialog.getByLabel('Until', { exact: true }).fill('2020-01-01T00:00');
  await dialog.getByRole('button', { name: 'Change expiry' }).click();
  await expect(dialog.getByText('This time is past.')).toBeVisible();
  await dialog.getByLabel('Until', { exact: true }).fill('2031-01-01T00:00');
  await dialog.getByRole('button', { name: 'Change expiry' }).click();
  await expect.poll(async () => (await api.get<{ link_expires_at: string | null }>(`/candidates/${ana.id}`)).link_expires_at).toMatch(/^20(30-12-31|31-01-01)T/);

  // Replaced while the candidate is inside: what was typed stays, and the page says what to do.
  const chat = await (await Landing.open(await visitor(), ana.invite_url)).start();
  await chat.hydrated();
  await chat.composer.fill('Half a sentence');
  const fresh = await api.send<Candidate>('POST', `/candidates/${ana.id}/link`);
  rememberToken(tokenOf(fresh.invite_url));
  await chat.send.click();
  await expect(chat.page.getByText('Half a sentence').or(chat.composer).first()).toBeVisible();
  await expect(chat.page.getByText('Your link no longer works')).toBeVisible();
  const back = await (await Landing.open(await visitor(), fresh.invite_url)).resume();
  await back.progress(1, 3);
});

test('where the invited email is asked for, taking a session back asks for it too and keeps the draft', async ({ api, visitor, accessible }) => {
  const interview = await api.interview('By email', { settings: { follow_up_depth: 'light', require_invited_email: true } });
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  const enter = async (page: Page, email: string, button: string) => {
    await page.getByRole('textbox', { name: /email/i }).fill(email);
    const consent = page.getByRole('checkbox', { name: /I have read this and agree/ });
    if (await consent.isVisible()) await consent.check();
    await page.getByRole('button', { name: button }).click();
  };
  const laptop = await visitor();
  await Landing.open(laptop, ana.invite_url);
  await accessible(laptop, 'landing that asks for the email');
  await enter(laptop, 'eve@example.com', 'Start interview');
  await expect(laptop.getByRole('alert')).toBeVisible();
  await enter(laptop, ' Ana@Example.com', 'Start interview');
  await laptop.waitForURL(/\/session\?lease=/);
  const first = new Chat(laptop);
  await first.hydrated();
  await first.composer.fill('Half a sentence');
  const phone = await visitor();
  await Landing.open(phone, ana.invite_url);
  await enter(phone, 'ana@example.com', 'Continue interview');
  await phone.waitForURL(/\/session\?lease=/);
  await laptop.getByRole('button', { name: 'Continue here', exact: true }).click();
  await laptop.waitForURL((url) => url.pathname === new URL(ana.invite_url).pathname);
  await expect(laptop.getByText('What you typed and did not send is kept in this browser.')).toBeVisible();
  await enter(laptop, 'ana@example.com', 'Continue interview');
  await laptop.waitForURL(/\/session\?lease=/);
  await first.hydrated();
  await expect(first.composer).toHaveValue('Half a sentence');
});

test('rows move by themselves over one connection, also after the network was gone', async ({ api, server, visitor, complaints }) => {
  complaints.allow(/ERR_INTERNET_DISCONNECTED/, /ERR_NETWORK/, /Failed to load resource/);
  const interview = await api.interview('Live');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  const page = await visitor();
  const slug = await signIn(page);
  // The page after signing in has a connection of its own; it is gone before counting begins.
  await page.goto('about:blank');
  const streams: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.startsWith('/events/')) streams.push(request.url());
  });
  const tab = await SessionsTab.open(page, slug, interview.id);
  const door = new Door(server.url, tokenOf(ana.invite_url));
  let view = (await door.start()).view;
  await expect(tab.row('Ana Souza').getByText(/question 1 of 3/i)).toBeVisible();
  await tab.row('Ana Souza').getByRole('link', { name: 'Ana Souza' }).click();
  await expect(page.getByText(/question 1 of 3/i).first()).toBeVisible();
  view = (await door.answer(Door.write(view))).view;
  await expect(page.getByText(/question 2 of 3/i).first()).toBeVisible();
  expect(streams.length, 'one connection for the tab, whatever page it shows').toBe(1);

  await page.context().setOffline(true);
  await door.post('answer', { ...Door.write(view), text: '', 'choices[]': view.question?.choices[0]?.id ?? '' });
  await page.context().setOffline(false);
  await expect(page.getByText(/question 3 of 3/i).first()).toBeVisible({ timeout: 30_000 });
  await door.finish();
  await expect(page.getByText('Built-in analysis, no AI model')).toBeVisible();
});

test('a session is ended by its creator, with a question first', async ({ api, visitor }) => {
  const interview = await api.interview('Ended');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  const chat = await (await Landing.open(await visitor(), ana.invite_url)).start();
  await chat.hydrated();
  await chat.answer('One answer.');
  await chat.question('Which shift suits you?');
  const page = await visitor();
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview.id);
  await tab.row('Ana Souza').getByRole('button', { name: /Ana Souza/ }).click();
  await page.getByRole('menuitem', { name: 'End session' }).click();
  await page.getByRole('dialog', { name: 'End session' }).getByRole('button', { name: 'End session' }).click();
  await expect(tab.row('Ana Souza').getByText('Completed')).toBeVisible();
  expect(await api.get<Session>(`/sessions/${ana.session.id}`)).toMatchObject({ status: 'completed', end_reason: 'ended_by_creator' });
  // The candidate's window hears of it.
  await expect(chat.heading('The company has ended this interview')).toBeVisible();
});

test('ended from its report too; a decision that is being typed survives what moves meanwhile', async ({ api, server, visitor }) => {
  const interview = await api.interview('Report');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  const door = new Door(server.url, tokenOf(ana.invite_url));
  let view = (await door.start()).view;
  const page = await visitor();
  const slug = await signIn(page);
  await page.goto(`/w/${slug}/interviews/${interview.id}/sessions/${ana.session.id}`);
  await new SettingsTab(page).hydrated();
  await expect(page.getByText(/question 1 of 3/i).first()).toBeVisible();
  // What is missing is said beside the choices, in our words.
  await page.getByRole('button', { name: 'Record decision' }).click();
  await expect(page.getByText('Choose a decision.')).toBeVisible();
  await page.getByRole('radio', { name: 'Hold' }).check();
  await expect(page.getByText('Choose a decision.')).toHaveCount(0);
  const reason = page.getByRole('textbox', { name: 'Reason' });
  await reason.pressSequentially('Quick, but ');
  view = (await door.answer(Door.write(view))).view;
  await expect(page.getByText(/question 2 of 3/i).first()).toBeVisible();
  // The cursor is where it was: typing goes on.
  await page.keyboard.type('brief.');
  await page.getByRole('button', { name: 'End session' }).click();
  const dialog = page.getByRole('dialog', { name: 'End session' });
  await expect(dialog.getByText('What was answered is kept and analysed.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect((await api.session(ana.session.id)).status).toBe('in_progress');
  await page.getByRole('button', { name: 'End session' }).click();
  await dialog.getByRole('button', { name: 'End session' }).click();
  await expect(page.getByText('Completed', { exact: true }).first()).toBeVisible();
  await expect(page.getByText('Built-in analysis, no AI model')).toBeVisible();
  await expect(page.getByRole('button', { name: 'End session' })).toHaveCount(0);
  await expect(reason).toHaveValue('Quick, but brief.');
  await expect(page.getByRole('radio', { name: 'Hold' })).toBeChecked();
  await page.getByRole('button', { name: 'Record decision' }).click();
  await expect(page.getByRole('region', { name: 'Decision' }).getByText('Quick, but brief.')).toBeVisible();
  await expect(reason).toHaveValue('');
  expect(view.state).toBe('in_progress');
  // Whoever comes back by the link is told, and has nothing to press.
  const candidate = await visitor();
  await Landing.open(candidate, ana.invite_url);
  await expect(candidate.getByRole('heading', { name: 'The company has ended this interview' })).toBeVisible();
});

test('where no stream can be had, rows and report are read again all the same', async ({ api, server, visitor, complaints }) => {
  complaints.allow(/status of 503/, /ERR_FAILED/, /Failed to load resource/);
  test.setTimeout(120_000);
  const interview = await api.interview('No stream');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  const open = async (answer: (route: Route) => Promise<void>) => {
    const page = await visitor();
    await page.route('**/events/**', answer);
    return [page, await signIn(page)] as const;
  };
  // Refused by something between; cut off; accepted and silent for ever.
  const [refused, slug] = await open((route) => route.fulfill({ status: 503, body: '' }));
  const [cut] = await open((route) => route.abort());
  const [silent] = await open(() => new Promise(() => {}));
  for (const page of [refused, cut, silent]) await SessionsTab.open(page, slug, interview.id);
  const report = await refused.context().newPage();
  await report.route('**/events/**', (route) => route.fulfill({ status: 503, body: '' }));
  await report.goto(`/w/${slug}/interviews/${interview.id}/sessions/${ana.session.id}`);
  await expect(report.getByText('Not started').first()).toBeVisible();
  await new Door(server.url, tokenOf(ana.invite_url)).start();
  for (const page of [refused, cut, silent, report]) {
    // Browsers may let pages that nobody looks at rest.
    await page.bringToFront();
    await expect(page.getByText(/question 1 of 3/i).first()).toBeVisible({ timeout: 45_000 });
  }
});

test('scanners look a hundred times at every kind of link, scripts and all, and change nothing', async ({ api, browser, request }) => {
  test.setTimeout(600_000);
  const invited: Candidate[] = [];
  const publics: string[] = [];
  const made: string[] = [];
  const person = async (title: string, more: Record<string, unknown> = {}) => {
    const interview = await api.interview(title, more);
    made.push(interview.id);
    const one = await api.candidate(interview.id, { name: title, email: 'ana@example.com' });
    invited.push(one);
    return { ...one, interview: interview.id, door: new Door(api.url, tokenOf(one.invite_url)) };
  };
  const shared = async (title: string, more: Record<string, unknown> = {}, link: Record<string, unknown> = {}) => {
    const interview = await api.interview(title, more);
    made.push(interview.id);
    const { url } = await api.send<{ url: string }>('POST', `/interviews/${interview.id}/public-link`, link);
    publics.push(url);
    return { id: interview.id, slug: new URL(url).pathname.split('/').at(-1) ?? '' };
  };
  // Invite links in every state.
  await person('Ready');
  await person('Asks for the email', { settings: { require_invited_email: true } });
  await person('Draft', { state: 'draft' });
  await person('Paused', { state: 'paused' });
  await api.send('DELETE', `/interviews/${(await person('Archived')).interview}`);
  const expired = await person('Expired');
  await api.send('POST', `/interviews/${expired.interview}/extend-links`, { expires: { at: new Date(Date.now() + 1_000).toISOString() } });
  const inside = await person('In progress');
  await inside.door.answer(Door.write((await inside.door.start()).view));
  const finish = async (title: string, more: Record<string, unknown> = {}) => {
    const one = await person(title, more);
    await one.door.start();
    await one.door.finish();
    await expect.poll(async () => (await api.session(one.session.id)).analysis_state).toBe('ready');
    return one;
  };
  await finish('Completed');
  await finish('May take it again', { settings: { self_retakes: 1 } });
  const asked = await finish('Asked for a retake');
  await asked.door.post('retake', { reason: 'The power went out.' });
  const again = await finish('Retake granted');
  await api.send('POST', `/candidates/${again.id}/retakes`, { reason: 'requested' });
  const replaced = await person('Replaced');
  rememberToken(tokenOf((await api.send<Candidate>('POST', `/candidates/${replaced.id}/link`)).invite_url));
  await api.send('DELETE', `/candidates/${(await person('Deleted')).id}`);
  // The shareable link in every state.
  await shared('Shared');
  await shared('Shared, draft', { state: 'draft' });
  await shared('Shared, later', {}, { opens_at: '2031-05-02T09:00:00Z' });
  await shared('Shared, over', {}, { closes_at: new Date(Date.now() + 500).toISOString() });
  const full = await shared('Shared, full', {}, { max_starts: 1 });
  await new Door(api.url, '').post('start-public', { slug: full.slug, name: 'Wim', email: 'wim@example.com', consent: 'true' });
  await api.send('DELETE', `/interviews/${(await shared('Shared, revoked')).id}/public-link`);
  for (const over of [publics[3] ?? '', expired.invite_url]) {
    await expect.poll(async () => (await request.get(new URL(over).pathname)).status()).toBe(410);
  }
  const preview = await api.send<{ url: string }>('POST', `/interviews/${made[0]}/previews`);
  rememberToken(tokenOf(preview.url));
  const links = [...publics, preview.url, ...invited.map(({ invite_url }) => invite_url), `${api.url}/i/invite/nobody`];
  const paths = links.map((url) => new URL(url).pathname);

  const state = async () => ({
    people: await Promise.all(
      invited.map(async ({ id }) => {
        const sessions = await api.get<{ items: Record<string, unknown>[] }>(`/candidates/${id}/sessions`).catch(() => ({ items: [] }));
        return Promise.all(
          sessions.items.map(async (session) => ({
            ...session,
            // That a link was opened is an observation and no state.
            opened_at: null,
            transcript: await api.get(`/sessions/${session.id}/transcript`),
          })),
        );
      }),
    ),
    counts: await Promise.all(made.map((id) => counts(api, id))),
    links: await Promise.all(made.map((id) => api.get(`/interviews/${id}/public-link`).catch(() => null))),
    requests: await api.get(`/interviews/${asked.interview}/retake-requests`),
  });
  const before = await state();
  for (let n = 0; n < 100; n += 1) {
    await Promise.all(paths.flatMap((path) => [request.get(path), request.head(path)]));
  }
  expect(await state()).toEqual(before);

  // A browser without a window, of the kind that mail gateways run: it loads the page, runs what scripts there are, and
  // follows no button.
  const context = await browser.newContext({ userAgent: 'Mozilla/5.0 (compatible; LinkScanner/2.0)', baseURL: api.url });
  const looks = paths.flatMap((path) => Array.from({ length: 100 }, () => path));
  await Promise.all(
    [0, 1, 2].map(async (lane) => {
      const page = await context.newPage();
      for (const path of looks.filter((_, n) => n % 3 === lane)) await page.goto(path, { waitUntil: 'load' });
    }),
  );
  await context.close();
  expect(await state()).toEqual(before);
});
