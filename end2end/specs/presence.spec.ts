// Being there: a page in the background, and what a browser kept of an attempt that is over.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import type { Session } from '../support/api.ts';

/** What the page believes about being looked at. */
async function look(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}

test('a page that nobody looks at is there for as long as it answers the server', async ({ api, page }) => {
  const interview = await api.interview('In the background', { settings: { follow_up_depth: 'light', time_limit_minutes: 30 } });
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const beats: number[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/sfn/candidate/heartbeat') beats.push(Date.now());
  });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await look(page, 'hidden');
  // Not the one with which the page woke up.
  const hidden = Date.now() + 3_000;
  await expect.poll(() => beats.filter((at) => at > hidden).length, { timeout: 45_000 }).toBeGreaterThan(0);
});

test('an answer that was not sent in one attempt is not sent in the next, and its text is there', async ({ api, page, complaints }) => {
  complaints.allow(/ERR_INTERNET_DISCONNECTED/, /ERR_NETWORK/, /ERR_FAILED/, /Failed to load resource/);
  const interview = await api.interview('Twice');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await page.context().setOffline(true);
  await chat.composer.fill('Written in the first attempt.');
  await chat.send.click();
  await expect(chat.conversation.getByText('Not sent: no connection')).toBeVisible();
  const browser = page.context();
  await page.close();
  await browser.setOffline(false);
  await api.send('POST', `/candidates/${ana.id}/retakes`, { reason: 'technical_issue' });

  const next = await (await Landing.open(await browser.newPage(), ana.invite_url)).start();
  await next.hydrated();
  await expect(next.composer).toHaveValue('Written in the first attempt.');
  const answers = async () => {
    const { items } = await api.get<{ items: Session[] }>(`/candidates/${ana.id}/sessions`);
    const transcript = await api.get<{ items: { speaker: string; text: string }[] }>(`/sessions/${items[0]?.id}/transcript`);
    return transcript.items.filter(({ speaker }) => speaker === 'candidate').map(({ text }) => text);
  };
  expect(await answers()).toEqual([]);
  await next.page.reload();
  await next.hydrated();
  await expect(next.composer).toHaveValue('Written in the first attempt.');
  expect(await answers()).toEqual([]);
  await next.send.click();
  await next.question('Which shift suits you?');
  expect(await answers()).toEqual(['Written in the first attempt.']);
});

test('text for a later question waits for it in the next attempt, whatever else is discarded', async ({ api, visitor }) => {
  const interview = await api.interview('Later question', {
    questions: [
      { kind: 'open', text: 'First?' },
      { kind: 'open', text: 'Second?' },
      { kind: 'open', text: 'Third?' },
    ],
  });
  const kim = await api.candidate(interview.id, { name: 'Kim', email: 'kim@example.com' });
  const laptop = await (await Landing.open(await visitor(), kim.invite_url)).start();
  await laptop.hydrated();
  await laptop.answer('one');
  await laptop.question('Second?');
  await laptop.composer.fill('typed for the second question');
  await expect(laptop.page.getByText('Draft kept in this browser')).toBeVisible();
  await api.send('POST', `/candidates/${kim.id}/retakes`, { reason: 'requested' });
  await expect(laptop.page.getByText('You can take this interview again. Your earlier attempt is kept.')).toBeVisible();
  const again = await new Landing(laptop.page).start();
  await again.hydrated();
  await again.question('First?');
  const aside = again.page.getByRole('textbox', { name: 'You had typed this for another question' });
  await expect(aside).toHaveCount(0);

  // Something of this attempt is set aside and discarded.
  await again.composer.fill('not good enough');
  const phone = await (await Landing.open(await visitor(), kim.invite_url)).resume();
  await phone.hydrated();
  await phone.answer('better');
  await phone.question('Second?');
  await again.page.getByRole('button', { name: 'Continue here', exact: true }).click();
  await again.question('Second?');
  await expect(aside).toHaveValue('not good enough');
  await again.page.getByRole('button', { name: 'Discard', exact: true }).click();
  await expect(aside).toHaveCount(0);
  await expect(again.composer).toHaveValue('typed for the second question');
  await again.page.reload();
  await again.hydrated();
  await expect(again.composer).toHaveValue('typed for the second question');
});
