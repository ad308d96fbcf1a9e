// Pictures of every screen and state, in end2end/screenshots: wide, on a phone, in the dark. One of them stands in the README.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { type Candidate, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';

const people = ['Ana Souza', 'Ben Müller', '王小明', 'Layla Haddad', 'Marcus Reed', 'Priya Raman', 'Søren Holm', 'Nguyễn Thị Mai', 'Dmitri Ivanov', 'Kofi Mensah'];

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };

const picture = (page: Page, name: string, fullPage = false) => page.screenshot({ path: `screenshots/${name}.png`, animations: 'disabled', fullPage });

/** Nothing of a page may stand outside of its width, on any screen. */
async function fits(page: Page, name: string): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, `${name} is wider than its screen`).toBeLessThanOrEqual(0);
}

/** The same screen wide, on a phone, and both in the dark. */
async function shots(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of [['', WIDE], ['-phone', PHONE]] as const) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `${name}${size}${colorScheme === 'dark' ? '-dark' : ''}`);
    }
    await fits(page, name + size);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(WIDE);
}

test('the candidate and the Sessions tab', async ({ api, complaints, page, server, visitor }) => {
  complaints.allow(/status of 404/); // the page of an unknown link is one of the pictures
  test.setTimeout(180_000);
  const interview = await api.interview('Store assistant, Berlin', { settings: { follow_up_depth: 'light', time_limit_minutes: 30 } });
  const candidates: Candidate[] = [];
  for (const [index, name] of people.entries()) {
    candidates.push(await api.candidate(interview.id, { name, email: `person${index}@example.com`, school: 'University of Somewhere' }));
  }
  const answers = ['I led a project in a team of four; the result was a build twice as fast.', 'I listen first, then we decide together.'];
  // Some finished, some in the middle, the rest not started.
  for (const [index, candidate] of candidates.slice(0, 6).entries()) {
    const door = new Door(server.url, tokenOf(candidate.invite_url));
    let { view } = await door.start();
    for (let sent = 0; view.question && sent < (index < 4 ? 3 : 1); sent += 1) {
      const choice = view.question.choices[0];
      const base = Door.write(view);
      const reply = choice
        ? await door.post('answer', { client_id: base.client_id, question: base.question, 'choices[]': choice.id })
        : await door.answer({ ...base, text: answers[sent % 2] ?? '' });
      expect(reply.status, reply.body).toBe(200);
      view = reply.view;
    }
    if (index < 4) await door.finish();
  }

  const looker = await visitor();
  const [finished, , , , , halfway, , unstarted] = candidates;
  if (!unstarted || !halfway || !finished) throw new Error('too few candidates');
  await Landing.open(looker, unstarted.invite_url);
  await shots(looker, 'landing');
  const chat = await (await Landing.open(looker, halfway.invite_url)).resume();
  await chat.hydrated();
  await shots(looker, 'chat');
  await Landing.open(looker, finished.invite_url);
  await shots(looker, 'link-completed');
  await looker.goto('/i/invite/unknown');
  await shots(looker, 'link-unknown');

  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  const tab = await SessionsTab.open(page, slug, interview.id);
  await expect(tab.row('Ana Souza').getByText('Completed')).toBeVisible();
  await picture(page, 'sessions');
  await shots(page, 'sessions-few');
});

test('a workspace in full use', async ({ complaints, page, server }) => {
  complaints.allow(/status of 404/); // of a page that is not there
  test.setTimeout(300_000);
  const said = server.command(['demo']);
  const of = (label: string) => new RegExp(`^${label}\\s+(\\S+)$`, 'm').exec(said)?.[1] ?? '';
  const slug = /\/w\/(\S+)/.exec(said)?.[1] ?? '';

  const signIn = await SignIn.open(page);
  await shots(page, 'login');
  await page.goto('/login?error=invalid');
  await shots(page, 'login-refused');
  await signIn.as({ email: of('Email'), password: of('Password') });
  await page.goto(`/w/${slug}/interviews`);
  const href = (await page.getByRole('rowheader').getByRole('link').first().getAttribute('href')) ?? '';
  const interview = href.split('/')[4] ?? '';
  const base = `/w/${slug}`;
  const inside = `${base}/interviews/${interview}`;
  const open = async (name: string, path: string, status = 200) => {
    const answer = await page.goto(path);
    expect(answer?.status(), name).toBe(status);
    await expect(page.locator('html[data-hydrated]')).toBeAttached();
  };

  for (const [name, path] of [
    ['dashboard', base],
    ['interviews', `${base}/interviews`],
    ['interview-new', `${base}/interviews/new`],
    ['content', `${inside}/content`],
    ['sessions-full', `${inside}/sessions`],
    ['sessions-none-match', `${inside}/sessions?q=nobody+is+called+so`],
    ['interview-settings', `${inside}/settings`],
    ['results', `${inside}/results`],
    ['deleted-empty', `${inside}/deleted`],
    ['all-sessions', `${base}/sessions`],
    ['settings', `${base}/settings`],
    ['members', `${base}/settings/members`],
    ['keys-empty', `${base}/settings/keys`],
  ] as const) {
    await open(name, path);
    await shots(page, name);
  }
  await open('results', `${inside}/results`);
  await picture(page, 'results-whole', true);
  await open('not-found', `${base}/nowhere`, 404);
  await shots(page, 'not-found');

  // What opens: menus, sheets, dialogs, a selection.
  await open('sessions', `${inside}/sessions?status=completed`);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await shots(page, 'menu-add');
  await page.getByRole('menuitem', { name: /Create individually/ }).click();
  await shots(page, 'sheet-create');
  await page.keyboard.press('Escape');
  await page.getByRole('row').nth(1).getByRole('checkbox').check();
  await page.getByRole('row').nth(2).getByRole('checkbox').check();
  await shots(page, 'sessions-selected');
  await page.getByRole('row').nth(1).getByRole('link').first().click();
  await page.waitForURL(/\/sessions\/[0-9a-f-]{36}/);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await shots(page, 'report');
  await picture(page, 'report-whole', true);

  // What there is before there is anything.
  await open('new', `${base}/interviews/new`);
  await page.getByRole('textbox', { name: 'Title' }).fill('Nothing yet');
  await page.getByRole('button', { name: 'Create interview' }).click();
  await page.waitForURL(/\/interviews\/[0-9a-f-]{36}\/content/);
  const empty = page.url().replace(/\/content$/, '');
  await shots(page, 'content-empty');
  for (const tab of ['sessions', 'results'] as const) {
    await open(tab, `${empty}/${tab}`);
    await shots(page, `${tab}-empty`);
  }
});

test('an installation that is new', async ({ ownServer, visitor }) => {
  const server = await ownServer('new');
  const first = await visitor({ baseURL: server.url });
  await first.goto('/');
  await expect(first.getByRole('heading', { name: 'Set up Parley' })).toBeVisible();
  await shots(first, 'setup');
});
