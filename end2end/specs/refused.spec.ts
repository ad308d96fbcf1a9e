// Pages between two worlds: a refused plain form whose page the script takes over, and a page that is older than its server.
import type { Page, Route } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import type { Api } from '../support/api.ts';

const ANSWER = '**/sfn/candidate/answer';
const FIRST = 'Tell me about a project you are proud of.';
const NEXT = 'Which shift suits you?';

async function answers(api: Api, session: string): Promise<string[]> {
  const { items } = await api.get<{ items: { speaker: string; text: string }[] }>(`/sessions/${session}/transcript`);
  return items.filter(({ speaker }) => speaker === 'candidate').map(({ text }) => text);
}

/** What a server of another version says: stored, in words that this page does not know. */
const strange = (route: Route) =>
  route.fulfill({ status: 200, contentType: 'application/json', headers: { 'x-parley-chat': '/pkg/candidate.another.wasm' }, body: '{"another":"version"}' });

/** Counts how often the page is loaded from now on. */
function loads(page: Page): { count: () => number } {
  let count = 0;
  page.on('load', () => {
    count += 1;
  });
  return { count: () => count };
}

test('the script takes over what a plain form was refused with', async ({ api, page, complaints, accessible }) => {
  complaints.allow(/ERR_FAILED/, /status of 422/, /Failed to load resource/);
  const interview = await api.interview('Refused before the script');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  let bad = true;
  await page.route(/\/pkg\/candidate[^/]*\.(js|wasm)(\?\d+)?$/, (route) => (bad ? route.abort() : route.continue()));
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  const long = 'x'.repeat(20_001);
  await chat.composer.fill(long);
  await chat.send.click();
  await expect(page.getByText('This answer could not be stored')).toBeVisible();
  await expect(chat.composer).toHaveValue(long);
  await accessible(page, 'an answer that was too long');
  bad = false;
  // What was lost is asked for again after ever longer pauses, of a quarter of a minute at most.
  await chat.hydrated(30_000);
  await expect(chat.composer).toHaveValue(long);
  // The address is that of the chat again: loaded anew, the page posts nothing.
  await expect(page).toHaveURL(/\/session\?lease=1$/);
  await chat.question(FIRST);
  await chat.answer('Shorter.');
  await chat.question(NEXT);
  await page.reload();
  await chat.hydrated();
  await chat.question(NEXT);
  await expect(page.getByText('What was not sent')).toHaveCount(0);
  expect(await answers(api, ana.session.id)).toEqual(['Shorter.']);
});

test('a page that cannot read what a newer server says loads itself anew, and nothing is lost', async ({ api, page }) => {
  const interview = await api.interview('Newer server');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  const seen = loads(page);
  await page.route(ANSWER, strange, { times: 1 });
  await chat.composer.fill('Sent from an old page.');
  await chat.send.click();
  await chat.question(NEXT);
  expect(seen.count()).toBe(1);
  await chat.said('Sent from an old page.');
  expect(await answers(api, ana.session.id)).toEqual(['Sent from an old page.']);
});

test('where that does not help, it is not loaded again and again', async ({ api, page }) => {
  const interview = await api.interview('Two servers');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  const seen = loads(page);
  let sent = 0;
  await page.route(ANSWER, (route) => {
    sent += 1;
    return strange(route);
  });
  await chat.composer.fill('Sent again and again.');
  await chat.send.click();
  await expect.poll(() => sent, { timeout: 20_000 }).toBeGreaterThan(3);
  expect(seen.count()).toBe(1);
  await page.unroute(ANSWER);
  await page.getByRole('button', { name: 'Try again' }).click();
  await chat.question(NEXT);
  expect(await answers(api, ana.session.id)).toEqual(['Sent again and again.']);
});
