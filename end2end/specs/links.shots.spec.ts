// Pictures of links: the card that makes the shareable one, and the page of every state a link can be in. In end2end/screenshots.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import { SessionsTab, SettingsTab, SignIn } from '../pages/creator.ts';
import { takeAttempt } from '../support/attempt.ts';
import { type Candidate, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';
import { rememberToken } from '../support/server.ts';

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };

/** The same screen wide and on a phone, both also in the dark; nothing may be wider than its screen. */
async function shots(page: Page, name: string, fullPage = false): Promise<void> {
  for (const [size, viewport] of [['', WIDE], ['-phone', PHONE]] as const) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `screenshots/link-${name}${size}${colorScheme === 'dark' ? '-dark' : ''}.png`, animations: 'disabled', fullPage });
    }
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `${name}${size} is wider than its screen`).toBeLessThanOrEqual(0);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(WIDE);
}

const pathOf = (url: string) => new URL(url).pathname;

test('the page of every state of a link', async ({ api, complaints, visitor }) => {
  complaints.allow(/status of (401|404|410)/); // 401: the stream of a window whose link was replaced
  test.setTimeout(240_000);
  const page = await visitor();
  const show = async (name: string, path: string, heading: RegExp) => {
    await page.goto(path);
    await expect(page.getByRole('heading', { name: heading }).first()).toBeVisible();
    await shots(page, name, true);
  };
  const invite = async (title: string, more: Record<string, unknown> = {}) => {
    const interview = await api.interview(title, more);
    const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
    return { interview, ana, path: pathOf(ana.invite_url) };
  };
  const title = 'Store assistant, Berlin';
  const email = await invite(title, { settings: { follow_up_depth: 'light', require_invited_email: true, time_limit_minutes: 30 } });
  await show('ready-email', email.path, /Store assistant/);
  await page.getByRole('textbox', { name: /email/i }).fill('eve@example.com');
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Start interview' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await shots(page, 'ready-email-wrong', true);
  await show('unknown', '/i/invite/unknown', /does not work/);
  const paused = await invite(title, { state: 'paused' });
  await show('paused', paused.path, /paused/);
  const draft = await invite(title, { state: 'draft' });
  await show('draft', draft.path, /not open yet/);
  const archived = await invite(title);
  await api.send('DELETE', `/interviews/${archived.interview.id}`);
  await show('archived', archived.path, /closed/);
  const expired = await invite(title);
  await api.send('POST', `/interviews/${expired.interview.id}/extend-links`, { expires: { at: new Date(Date.now() + 1_000).toISOString() } });
  await expect.poll(async () => (await page.request.get(expired.path)).status()).toBe(410);
  await show('expired', expired.path, /expired/);
  const ended = await invite(title);
  await new Door(api.url, tokenOf(ended.ana.invite_url)).start();
  await api.send('POST', `/sessions/${ended.ana.session.id}/end`);
  await show('ended', ended.path, /ended/);

  const inside = await invite(title, { settings: { follow_up_depth: 'light', time_limit_minutes: 30 } });
  const first = await (await Landing.open(page, inside.ana.invite_url)).start();
  await first.hydrated();
  await first.answer('I led a project in a team of four; the result was a build twice as fast.');
  await first.question('Which shift suits you?');
  await show('continue', inside.path, /Store assistant/);
  const other = await visitor();
  await (await Landing.open(other, inside.ana.invite_url)).resume();
  await page.goto(`${inside.path}/session?lease=1`);
  await shots(page, 'elsewhere', true);
  await api.send('POST', `/candidates/${inside.ana.id}/link`).then((fresh) => rememberToken(tokenOf((fresh as Candidate).invite_url)));
  await show('replaced', inside.path, /does not work/);

  const done = await invite(title, { settings: { follow_up_depth: 'light' } });
  await takeAttempt(api, done.ana, 'I led a project in a team of four.');
  await show('completed', done.path, /completed/);
  await page.locator('summary').click();
  await shots(page, 'completed-ask', true);
  await page.getByRole('textbox', { name: 'Why would you like to take it again?' }).fill('My power went out in the middle of the second question.');
  await page.getByRole('button', { name: 'Ask for another attempt' }).click();
  await expect(page.getByText('Why would you like to take it again?')).toHaveCount(0);
  await shots(page, 'completed-asked', true);
  const own = await invite(title, { settings: { follow_up_depth: 'light', self_retakes: 1 } });
  await takeAttempt(api, own.ana, 'I led a project in a team of four.');
  await show('completed-own-retake', own.path, /completed/);
  await api.send('POST', `/candidates/${done.ana.id}/retakes`, { reason: 'technical_issue' });
  await show('retake', done.path, /Store assistant/);
  const chinese = await invite('门店助理', { welcome: '欢迎。', state: 'paused', settings: { language: 'zh' } });
  await show('paused-zh', chinese.path, /./);
  const chineseReady = await invite('门店助理', { welcome: '欢迎。', settings: { language: 'zh', time_limit_minutes: 30 } });
  await show('ready-zh', chineseReady.path, /./);
});

test('the card of the shareable link, and its pages', async ({ api, complaints, visitor }) => {
  complaints.allow(/status of (404|410)/);
  test.setTimeout(180_000);
  const interview = await api.interview('Store assistant, Berlin');
  const creator = await visitor({ deviceScaleFactor: 1 });
  await (await SignIn.open(creator)).as();
  await creator.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(creator.url()).pathname.split('/')[2] ?? '';
  await SettingsTab.open(creator, slug, interview.id);
  const card = creator.getByRole('region', { name: 'Shareable link' });
  await expect(card.getByText('This interview is invite-only')).toBeVisible();
  await shots(creator, 'card-none', true);
  await card.getByRole('button', { name: 'Create shareable link' }).click();
  const address = card.getByRole('textbox', { name: 'Link' });
  await expect(address).toHaveValue(/\/i\//);
  const path = pathOf(await address.inputValue());
  await card.getByLabel('Opens at').fill('2031-05-02T09:00');
  await card.getByLabel('Closes at').fill('2031-05-03T09:00');
  await card.getByLabel('Maximum starts').fill('20');
  await card.getByRole('button', { name: 'Save' }).click();
  await expect(card.getByText('Not open yet')).toBeVisible();
  await shots(creator, 'card', true);
  const page = await visitor();
  await page.goto(path);
  await shots(page, 'opens-later', true);
  await api.send('PATCH', `/interviews/${interview.id}/public-link`, { opens_at: null, closes_at: null, max_starts: 1 });
  await page.goto(path);
  await shots(page, 'public', true);
  await page.getByRole('textbox', { name: 'Your name' }).fill('Wim Walkin');
  await page.getByRole('textbox', { name: 'Your email' }).fill('wim@example.com');
  const chat = await new Landing(page).start();
  await chat.hydrated();
  await shots(page, 'welcome');
  rememberToken(tokenOf(await page.getByText(/\/i\/invite\//).innerText()));
  await page.goto(path);
  await shots(page, 'welcome-back', true);
  const second = await visitor();
  await second.goto(path);
  await shots(second, 'full', true);
  await api.send('PATCH', `/interviews/${interview.id}/public-link`, { max_starts: null, closes_at: new Date(Date.now() - 86_400_000).toISOString() }).catch(async () => undefined);
  await second.goto(path);
  await shots(second, 'closed', true);
  await api.send('DELETE', `/interviews/${interview.id}/public-link`);
  await second.goto(path);
  await expect(second.getByRole('heading', { name: /switched off/ })).toBeVisible();
  await shots(second, 'revoked', true);

  const tab = await SessionsTab.open(creator, slug, interview.id);
  await tab.row('Wim Walkin').getByRole('button', { name: /Wim Walkin/ }).click();
  await shots(creator, 'row-menu');
  await creator.getByRole('menuitem', { name: 'Change expiry' }).click();
  await expect(creator.getByRole('dialog', { name: 'Until when should the link work?' })).toBeVisible();
  await shots(creator, 'expiry');
  const popup = creator.context().waitForEvent('page');
  await creator.keyboard.press('Escape');
  await creator.getByRole('button', { name: 'Preview' }).click();
  const preview = await popup;
  await preview.waitForURL(/\/i\/invite\//);
  rememberToken(tokenOf(preview.url()));
  await shots(preview, 'preview', true);
});
