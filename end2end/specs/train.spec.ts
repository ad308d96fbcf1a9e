// The candidate's chat on a train: requests that hang, filters on the way, a script that gets lost, a browser that keeps
// nothing or translates the page. Nobody loses an answer, reads an old question or is told what is not so.
import type { Route } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import type { Api, Session } from '../support/api.ts';

const LOST = [/ERR_FAILED/, /ERR_ABORTED/, /ERR_INTERNET_DISCONNECTED/, /Failed to load resource/];
const ANSWER = '**/sfn/candidate/answer';

async function answers(api: Api, session: string): Promise<string[]> {
  const { items } = await api.get<{ items: { speaker: string; text: string }[] }>(`/sessions/${session}/transcript`);
  return items.filter(({ speaker }) => speaker === 'candidate').map(({ text }) => text);
}

/** Something to wait for, and what ends the waiting. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test('an answer whose request hangs is heard of by another way: it neither holds up the next one nor swallows it', async ({ api, page }) => {
  const interview = await api.interview('Hanging');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  const [first, second] = [gate(), gate()];
  let sent = 0;
  await page.route(ANSWER, async (route) => {
    sent += 1;
    if (sent === 1) {
      // Stored; that it is does not come back for long.
      const response = await route.fetch();
      await first.opened;
      await route.fulfill({ response });
    } else {
      await second.opened;
      await route.continue();
    }
  });
  await chat.composer.fill('The first answer.');
  await chat.send.click();
  await chat.question('Which shift suits you?');
  await page.getByRole('radio', { name: 'Evening' }).check();
  await chat.send.click();
  await expect.poll(() => sent, { message: 'the second answer goes out while the first hangs' }).toBe(2);
  const late = page.waitForResponse(ANSWER);
  first.open();
  await (await late).finished();
  second.open();
  await chat.question('How do you handle a disagreement?');
  expect(await answers(api, ana.session.id)).toEqual(['The first answer.', 'Evening']);
});

test('a request that nobody waits for any more is ended, and the answer sent again', async ({ api, page, complaints }) => {
  complaints.allow(...LOST);
  await page.clock.install();
  const interview = await api.interview('Dead line');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  let sent = 0;
  await page.route(ANSWER, async (route) => {
    sent += 1;
    if (sent > 1) await route.continue();
  });
  await chat.composer.fill('Said into a dead line.');
  await chat.send.click();
  await expect.poll(() => sent).toBe(1);
  const ended = page.waitForEvent('requestfailed', (request) => new URL(request.url()).pathname === '/sfn/candidate/answer');
  await page.clock.fastForward(46_000);
  await ended;
  await chat.question('Which shift suits you?');
  expect(await answers(api, ana.session.id)).toEqual(['Said into a dead line.']);
});

test('what a filter on the way refuses comes back to be changed, and is not sent for ever', async ({ api, page, complaints, accessible }) => {
  complaints.allow(/status of 413/);
  const interview = await api.interview('Behind a filter');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  const refuse = (route: Route) => route.fulfill({ status: 413, contentType: 'text/html', body: '<html>too large</html>' });
  await page.route(ANSWER, refuse);
  await chat.composer.fill('Far too long.');
  await chat.send.click();
  await expect(page.getByText('This answer was not let through')).toBeVisible();
  await expect(chat.composer).toHaveValue('Far too long.');
  await expect(chat.composer).toBeEditable();
  await accessible(page, 'an answer that was not let through');
  await page.unroute(ANSWER, refuse);
  await chat.composer.fill('Shorter.');
  await chat.send.click();
  await chat.question('Which shift suits you?');
  await expect(page.getByText('This answer was not let through')).toHaveCount(0);
  expect(await answers(api, ana.session.id)).toEqual(['Shorter.']);
});

test('what does not get through is read out, asks before the page is left, and trying again leaves the reader in the answer', async ({ api, page, complaints }) => {
  complaints.allow(...LOST);
  const interview = await api.interview('Read out');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await page.context().setOffline(true);
  await chat.composer.fill('Heard by nobody.');
  await chat.send.click();
  const again = page.getByRole('button', { name: 'Try again' });
  await expect(again).toBeVisible();
  await expect(page.locator('[aria-live="polite"]').filter({ hasText: 'Not sent: no connection' })).toHaveCount(1);
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const question = await asked;
  expect(question.type()).toBe('beforeunload');
  await question.dismiss();
  await again.click();
  await expect(chat.composer).toBeFocused();
  await page.context().setOffline(false);
  await chat.question('Which shift suits you?');
  await expect(page.locator('[aria-live="polite"]').filter({ hasText: 'Not sent' })).toHaveCount(0);
});

test('finishing without a connection does not promise to be repeated, and works at the next press', async ({ api, page, complaints }) => {
  complaints.allow(...LOST);
  const interview = await api.interview('Finish in a tunnel');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await chat.answer('The only answer.');
  await chat.question('Which shift suits you?');
  await page.getByRole('button', { name: 'Finish interview' }).click();
  const dialog = page.getByRole('dialog');
  await page.context().setOffline(true);
  await dialog.getByRole('button', { name: 'Finish', exact: true }).click();
  await expect(dialog.getByText('Check your connection, then press the button again.')).toBeVisible();
  await expect(page.getByText('tried again by itself')).toHaveCount(0);
  expect(await api.get<Session>(`/sessions/${ana.session.id}`)).toMatchObject({ status: 'in_progress' });
  await page.context().setOffline(false);
  await dialog.getByRole('button', { name: 'Finish', exact: true }).click();
  await expect(chat.heading('Thank you, that was it')).toBeVisible();
});

test('a browser that keeps nothing is not said to, and asks before the page is left', async ({ api, page }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  const interview = await api.interview('No room');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await chat.composer.click();
  await chat.composer.pressSequentially('Kept nowhere.');
  await expect(page.getByText('Enter sends, Shift+Enter starts a new line')).toBeVisible();
  await expect(page.getByText('Draft kept in this browser')).toHaveCount(0);
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const question = await asked;
  expect(question.type()).toBe('beforeunload');
  await question.dismiss();
  await expect(chat.composer).toHaveValue('Kept nowhere.');
  await chat.send.click();
  await chat.question('Which shift suits you?');
  expect(await answers(api, ana.session.id)).toEqual(['Kept nowhere.']);
});

test('a script that a bad network lost is asked for again, and finds what was typed meanwhile', async ({ api, page, complaints }) => {
  complaints.allow(...LOST);
  const interview = await api.interview('Lost script');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  let bad = true;
  let lost = 0;
  await page.route(/\/pkg\/candidate[^/]*\.(js|wasm)(\?\d+)?$/, async (route) => {
    if (!bad) return route.continue();
    lost += 1;
    return route.abort();
  });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await expect.poll(() => lost).toBeGreaterThan(0);
  const plain = page.getByText('After you send, the next question opens on a new page');
  await expect(plain).toBeVisible();
  await chat.composer.fill('Typed before there was a script.');
  bad = false;
  // What was lost is asked for again after ever longer pauses, of a quarter of a minute at most.
  await chat.hydrated(30_000);
  await expect(chat.composer).toHaveValue('Typed before there was a script.');
  // From then on it is kept, also beside what somebody types who does not see it yet.
  bad = true;
  await page.reload();
  await expect(plain).toBeVisible();
  await chat.composer.fill('Typed once more.');
  bad = false;
  await chat.hydrated(30_000);
  await expect(chat.composer).toHaveValue('Typed before there was a script.\n\nTyped once more.');
  await page.reload();
  await chat.hydrated();
  await expect(chat.composer).toHaveValue('Typed before there was a script.\n\nTyped once more.');
});

test('a sign of life does not bring the whole conversation again', async ({ api, page }) => {
  const interview = await api.interview('Long talk');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await chat.answer('Said once, sent once.');
  await chat.question('Which shift suits you?');
  const beat = page.waitForResponse(
    async (response) => new URL(response.url()).pathname === '/sfn/candidate/heartbeat' && !(await response.text()).includes('"turns":[{'),
  );
  await page.evaluate(() => window.dispatchEvent(new Event('pageshow')));
  const view: { turns: unknown[]; question: { text: string } } = await (await beat).json();
  expect(view.turns).toEqual([]);
  expect(view.question.text).toBe('Which shift suits you?');
  await chat.choose('Evening');
  await chat.said('Said once, sent once.');
  await chat.question('How do you handle a disagreement?');
});

test('in a page that the browser translates, the next question is the one that is asked', async ({ api, page }) => {
  const interview = await api.interview('Translated');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  // As browsers do it: elements of their own in the place of every text.
  await page.evaluate(() => {
    for (const part of document.querySelectorAll('.chat__top, .chat__main')) {
      const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      for (let node = walker.nextNode(); node; node = walker.nextNode()) if (node.nodeValue?.trim()) texts.push(node as Text);
      for (const text of texts) {
        const font = document.createElement('font');
        font.textContent = `«${text.data}»`;
        text.replaceWith(font);
      }
    }
  });
  await chat.question('«Tell me about a project you are proud of.»');
  await chat.answer('I led a <b>team</b> & it went well.');
  await chat.question('Which shift suits you?');
  await chat.progress(2, 3);
  await chat.choose('Evening');
  await chat.question('How do you handle a disagreement?');
  await chat.progress(3, 3);
});
