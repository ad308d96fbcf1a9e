// The candidate's path in a browser: landing, talk, leaving and coming back, two devices, finishing.
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import type { Session } from '../support/api.ts';

const first = 'I led a project in a team of four and the result was a faster build.';
const last = 'I listen first, then we decide together.';

test('opening a link changes nothing', async ({ api, page, request }) => {
  const interview = await api.interview('Only looking');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  const path = new URL(ana.invite_url).pathname;
  expect((await request.head(path)).status()).toBe(200);
  const answer = await page.goto(path);
  expect(answer?.headers()['cache-control']).toContain('no-store');
  await expect(page.getByRole('heading', { name: 'Only looking' })).toBeVisible();
  expect(await page.locator('script').count(), 'the landing page ships no script').toBe(0);
  expect((await api.get<Session>(`/sessions/${ana.session.id}`)).status).toBe('not_started');
});

test('interviewed in chat, left in the middle, gone on with on another device, finished', async ({ api, visitor, accessible }) => {
  const interview = await api.interview('Store assistant');
  const ben = await api.candidate(interview.id, { name: 'Ben Müller', email: 'ben@example.com' });

  const laptop = await visitor();
  const landing = await Landing.open(laptop, ben.invite_url);
  await expect(laptop.getByText('Hello Ben Müller')).toBeVisible();
  await accessible(laptop, 'landing');
  const chat = await landing.start();
  await chat.hydrated();
  await chat.progress(1, 3);
  await chat.question('Tell me about a project you are proud of.');
  await accessible(laptop, 'chat');
  await chat.answer(first);
  await chat.question('Which shift suits you?');
  await laptop.context().close();

  const phone = await visitor({ viewport: { width: 360, height: 740 } });
  const back = await (await Landing.open(phone, ben.invite_url)).resume();
  await back.hydrated();
  await back.said(first);
  await back.progress(2, 3);
  await back.choose('Evening');
  await back.question('How do you handle a disagreement?');
  await back.answer(last);
  await back.finish();
  await accessible(phone, 'closing page');

  await expect.poll(async () => (await api.get<Session>(`/sessions/${ben.session.id}`)).analysis_state).toBe('ready');
  const session = await api.get<Session>(`/sessions/${ben.session.id}`);
  expect(session).toMatchObject({ status: 'completed', end_reason: 'finished' });

  const again = await visitor();
  await Landing.open(again, ben.invite_url);
  await expect(again.getByRole('heading', { name: 'You have completed this interview' })).toBeVisible();
  await accessible(again, 'completed link');
});

test('the newest window takes over, the older one says so and keeps its text', async ({ api, visitor }) => {
  const interview = await api.interview('Two windows');
  const cleo = await api.candidate(interview.id, { name: 'Cleo', email: 'cleo@example.com' });
  const older = await (await Landing.open(await visitor(), cleo.invite_url)).start();
  await older.hydrated();
  await older.composer.fill('typed in the older window');
  const newer = await (await Landing.open(await visitor(), cleo.invite_url)).resume();
  await newer.hydrated();
  await expect(older.page.getByText('You continued elsewhere')).toBeVisible();
  await expect(older.composer).toHaveValue('typed in the older window');
  await older.page.getByRole('button', { name: 'Continue here', exact: true }).click();
  await expect(newer.page.getByText('You continued elsewhere')).toBeVisible();
  await older.send.click();
  await older.said('typed in the older window');
});

test('what was typed for a question that another device answered is offered, also after a reload', async ({ api, visitor, accessible }) => {
  const interview = await api.interview('Answered elsewhere');
  const gil = await api.candidate(interview.id, { name: 'Gil', email: 'gil@example.com' });
  const laptop = await (await Landing.open(await visitor({ permissions: ['clipboard-read', 'clipboard-write'] }), gil.invite_url)).start();
  await laptop.hydrated();
  await laptop.composer.fill('half an answer\n  typed on the laptop');
  const phone = await (await Landing.open(await visitor(), gil.invite_url)).resume();
  await phone.hydrated();
  await phone.answer('answered on the phone');
  await phone.question('Which shift suits you?');

  const { page } = laptop;
  await page.getByRole('button', { name: 'Continue here', exact: true }).click();
  await laptop.question('Which shift suits you?');
  const aside = page.getByRole('textbox', { name: 'You had typed this for another question' });
  await expect(aside).toHaveValue('half an answer\n  typed on the laptop');
  await accessible(page, 'text that was set aside');
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Copied', exact: true })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('half an answer\n  typed on the laptop');

  await page.reload();
  await laptop.hydrated();
  await expect(aside).toHaveValue('half an answer\n  typed on the laptop');
  const take = page.getByRole('button', { name: 'Put into the answer' });
  await expect(take, 'a choice takes no text').toHaveCount(0);
  await laptop.choose('Evening');
  await laptop.question('How do you handle a disagreement?');
  await laptop.composer.fill('I listen.');
  await take.click();
  await expect(laptop.composer).toHaveValue('I listen.\n\nhalf an answer\n  typed on the laptop');
  await expect(aside).toHaveCount(0);
  await page.reload();
  await laptop.hydrated();
  await expect(laptop.composer).toHaveValue('I listen.\n\nhalf an answer\n  typed on the laptop');
  await expect(aside).toHaveCount(0);
});

test('what another window of the same browser has sent is not offered again; what is discarded is gone', async ({ api, visitor }) => {
  const interview = await api.interview('Same browser', {
    questions: [
      { kind: 'open', text: 'First?' },
      { kind: 'open', text: 'Second?' },
      { kind: 'open', text: 'Third?' },
    ],
  });
  const kim = await api.candidate(interview.id, { name: 'Kim', email: 'kim@example.com' });
  const tab = await (await Landing.open(await visitor(), kim.invite_url)).start();
  await tab.hydrated();
  await tab.composer.fill('typed in the first tab');
  const other = await (await Landing.open(await tab.page.context().newPage(), kim.invite_url)).resume();
  await other.hydrated();
  await expect(other.composer).toHaveValue('typed in the first tab');
  await other.send.click();
  await other.question('Second?');
  await tab.page.getByRole('button', { name: 'Continue here', exact: true }).click();
  await tab.question('Second?');
  await expect(tab.composer).toHaveValue('');
  const aside = tab.page.getByRole('textbox', { name: 'You had typed this for another question' });
  await expect(aside).toHaveCount(0);

  await tab.composer.fill('not good enough');
  const phone = await (await Landing.open(await visitor(), kim.invite_url)).resume();
  await phone.hydrated();
  await phone.answer('better');
  await phone.question('Third?');
  await tab.page.getByRole('button', { name: 'Continue here', exact: true }).click();
  await expect(aside).toHaveValue('not good enough');
  await tab.page.getByRole('button', { name: 'Discard', exact: true }).click();
  await expect(aside).toHaveCount(0);
  await tab.page.reload();
  await tab.hydrated();
  await tab.question('Third?');
  await expect(aside).toHaveCount(0);
});

test('a draft survives a reload, a lost send stays and is sent again', async ({ api, page, complaints }) => {
  complaints.allow(/Failed to load resource: net::ERR_/, /ERR_INTERNET_DISCONNECTED/);
  const interview = await api.interview('Bad network');
  const dan = await api.candidate(interview.id, { name: 'Dan', email: 'dan@example.com' });
  const chat = await (await Landing.open(page, dan.invite_url)).start();
  await chat.hydrated();
  await chat.composer.fill('half a sentence');
  await expect(page.getByText('Draft kept in this browser')).toBeVisible();
  await page.reload();
  await chat.hydrated();
  await expect(chat.composer).toHaveValue('half a sentence');

  await page.context().setOffline(true);
  await chat.composer.fill('the whole sentence');
  await chat.send.click();
  await expect(chat.conversation.getByText('Not sent: no connection')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  // Back online it is sent by itself; the button is for who does not want to wait.
  await page.context().setOffline(false);
  await chat.question('Which shift suits you?');
  await chat.said('the whole sentence');
});

test('Enter sends, Shift+Enter starts a new line, an empty answer is not sent', async ({ api, page }) => {
  const interview = await api.interview('Keyboard');
  const eve = await api.candidate(interview.id, { name: 'Eve', email: 'eve@example.com' });
  const chat = await (await Landing.open(page, eve.invite_url)).start();
  await chat.hydrated();
  await chat.composer.press('Enter');
  await expect(page.getByText('Write an answer first.')).toBeVisible();
  await chat.composer.pressSequentially('one line');
  await chat.composer.press('Shift+Enter');
  await chat.composer.pressSequentially('another');
  await chat.composer.press('Enter');
  await chat.question('Which shift suits you?');
  await expect(chat.conversation.getByText('one line\nanother')).toBeVisible();
});

test('a link that leads nowhere says what to do', async ({ page, complaints, accessible }) => {
  complaints.allow(/status of 404/);
  const answer = await page.goto('/i/invite/nobody-was-ever-given-this-link');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await accessible(page, 'unknown link');
});
