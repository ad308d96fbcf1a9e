// The candidate's chat on a bad network and a strange machine: nothing typed is lost, nothing is stored twice, the clock is
// the server's.
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import { Api, type Session, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';

const DISCONNECTED = [/ERR_INTERNET_DISCONNECTED/, /ERR_CONNECTION/, /ERR_NETWORK/, /ERR_FAILED/, /Failed to load resource/];

async function answers(api: Api, session: string): Promise<string[]> {
  const { items } = await api.get<{ items: { speaker: string; text: string }[] }>(`/sessions/${session}/transcript`);
  return items.filter(({ speaker }) => speaker === 'candidate').map(({ text }) => text);
}

test('an answer sent while offline is kept, also over a reload, and stored exactly once', async ({ api, page, complaints }) => {
  complaints.allow(...DISCONNECTED);
  const interview = await api.interview('Tunnel');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await page.context().setOffline(true);
  await chat.composer.fill('Written in a tunnel.');
  await chat.send.click();
  await expect(chat.conversation.getByText('Not sent: no connection')).toBeVisible();
  expect(await answers(api, ana.session.id)).toEqual([]);
  await page.context().setOffline(false);
  await chat.question('Which shift suits you?');
  expect(await answers(api, ana.session.id)).toEqual(['Written in a tunnel.']);

  // The answer gets through, its acknowledgement does not, and the page is closed at once: stored once, whoever tells of it.
  await chat.choose('Morning');
  await chat.question('How do you handle a disagreement?');
  let swallowed = 0;
  await page.context().route('**/sfn/candidate/answer', async (route) => {
    await route.fetch();
    swallowed += 1;
    await route.abort('connectionreset');
  });
  await chat.composer.fill('I listen first.');
  await chat.send.click();
  await expect.poll(() => swallowed).toBeGreaterThanOrEqual(1);
  await page.reload();
  await page.context().unroute('**/sfn/candidate/answer');
  await chat.said('I listen first.');
  expect((await answers(api, ana.session.id)).filter((text) => text === 'I listen first.')).toHaveLength(1);
});

test('the server restarts between question and answer', async ({ ownServer, visitor, complaints }) => {
  complaints.allow(...DISCONNECTED);
  const server = await ownServer('restart');
  server.addOwner();
  const api = new Api(server.url, server.apiKey());
  const interview = await api.interview('Restarted');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const page = await visitor({ baseURL: server.url });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await chat.composer.fill('Typed before, sent while it was down.');
  await server.kill();
  await chat.send.click();
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await server.run();
  await chat.question('Which shift suits you?');
  expect(await answers(api, ana.session.id)).toEqual(['Typed before, sent while it was down.']);
});

test('taken over and taken back: the text of each window stays, one answer is stored', async ({ api, visitor }) => {
  const interview = await api.interview('Two devices');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const laptop = await (await Landing.open(await visitor(), ana.invite_url)).start();
  await laptop.hydrated();
  await laptop.composer.fill('from the laptop');
  const phone = await (await Landing.open(await visitor({ viewport: { width: 360, height: 740 } }), ana.invite_url)).resume();
  await phone.hydrated();
  await expect(laptop.page.getByText('You continued elsewhere')).toBeVisible();
  await expect(laptop.composer).toHaveValue('from the laptop');
  await phone.answer('from the phone');
  await phone.question('Which shift suits you?');
  await laptop.page.getByRole('button', { name: 'Continue here', exact: true }).click();
  await laptop.said('from the phone');
  await laptop.question('Which shift suits you?');
  await expect(phone.page.getByText('You continued elsewhere')).toBeVisible();
  expect(await answers(api, ana.session.id)).toEqual(['from the phone']);
});

test('two devices answer in the same second: one is stored, the other keeps its text', async ({ api, server, visitor, complaints }) => {
  complaints.allow(/status of 409/); // what the later of the two is answered
  const interview = await api.interview('Same second');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(await visitor(), ana.invite_url)).start();
  await chat.hydrated();
  await chat.composer.fill('from the window');
  const door = new Door(server.url, tokenOf(ana.invite_url));
  const view = (await door.post('heartbeat', {})).view;
  const [, other] = await Promise.all([chat.send.click(), door.answer({ ...Door.write(view), text: 'from elsewhere' })]);
  await expect.poll(() => answers(api, ana.session.id)).toHaveLength(1);
  const [stored] = await answers(api, ana.session.id);
  expect(other.status).toBe(stored === 'from elsewhere' ? 200 : 409);
  await expect(chat.page.getByText(stored ?? '', { exact: true }).first()).toBeVisible();
  if (stored === 'from elsewhere') await expect(chat.page.getByText('from the window').or(chat.page.locator('textarea')).first()).toBeVisible();
});

test('a client whose clock is a day off neither loses time nor sends a draft', async ({ api, page }) => {
  const interview = await api.interview('Clock skew', { settings: { follow_up_depth: 'light', time_limit_minutes: 30 } });
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  await page.clock.install({ time: new Date(Date.now() + 24 * 60 * 60 * 1000) });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await expect(page.getByText(/(30|29) minutes left/).first()).toBeVisible();
  await chat.composer.fill('Half a sentence');
  // The laptop sleeps for a week: for the server the candidate was away, and their clock stood.
  await page.clock.fastForward(7 * 24 * 60 * 60 * 1000);
  await page.clock.runFor(5_000);
  await expect(page.getByText(/(30|29) minutes left/).first()).toBeVisible();
  await expect(chat.composer).toHaveValue('Half a sentence');
  expect(await answers(api, ana.session.id)).toEqual([]);
  expect(await api.get<Session>(`/sessions/${ana.session.id}`)).toMatchObject({ status: 'in_progress' });
});

test('20,000 characters are an answer, 20,001 are refused with their text kept', async ({ api, page }) => {
  const interview = await api.interview('Long answers');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await chat.composer.fill('x'.repeat(20_001));
  await chat.send.click();
  await expect(page.getByText(/20,000/).first()).toBeVisible();
  await expect(chat.composer).toHaveValue('x'.repeat(20_001));
  expect(await answers(api, ana.session.id)).toEqual([]);
  await chat.composer.fill('x'.repeat(20_000));
  await chat.send.click();
  await chat.question('Which shift suits you?');
  expect((await answers(api, ana.session.id)).map(({ length }) => length)).toEqual([20_000]);
});

test('back and forward through the browser\'s history start nobody twice', async ({ api, page }) => {
  const interview = await api.interview('History');
  const link = await api.send<{ url: string }>('POST', `/interviews/${interview.id}/public-link`, {});
  await page.goto(new URL(link.url).pathname);
  await page.getByRole('textbox', { name: 'Your name' }).fill('Ana');
  await page.getByRole('textbox', { name: 'Your email' }).fill('ana@example.com');
  const chat = await new Landing(page).start();
  await chat.hydrated();
  await chat.answer('Before going back.');
  await page.goBack();
  // Whether the browser kept the page or asks again: there is a way on, and it leads into the same session.
  const again = page.getByRole('button', { name: 'Continue interview' });
  await expect(again).toBeVisible();
  await page.goForward();
  await chat.said('Before going back.');
  const counts = await api.get<{ all: number }>(`/interviews/${interview.id}/sessions/counts`);
  expect(counts.all).toBe(1);
});

test('a link is revoked, paused, over or archived while someone reads the landing page, and while someone is inside', async ({ api, complaints, visitor }) => {
  complaints.allow(/status of 410/);
  for (const [title, stop, says] of [
    ['Revoked', (id: string) => api.send('DELETE', `/interviews/${id}/public-link`), 'This link has been switched off'],
    ['Paused', (id: string) => api.send('PATCH', `/interviews/${id}`, { state: 'paused' }), 'This interview is paused'],
    [
      'Over',
      async (id: string) => {
        await api.send('PATCH', `/interviews/${id}/public-link`, { closes_at: new Date(Date.now() + 500).toISOString() });
        const { url } = await api.get<{ url: string }>(`/interviews/${id}/public-link`);
        await expect.poll(async () => (await fetch(url)).status).toBe(410);
      },
      'This interview is closed',
    ],
  ] as const) {
    const interview = await api.interview(title);
    const link = await api.send<{ url: string }>('POST', `/interviews/${interview.id}/public-link`, {});
    const path = new URL(link.url).pathname;
    const start = async (name: string) => {
      const page = await visitor();
      await page.goto(path);
      await page.getByRole('textbox', { name: 'Your name' }).fill(name);
      await page.getByRole('textbox', { name: 'Your email' }).fill(`${name.toLowerCase()}@example.com`);
      return page;
    };
    const inside = await new Landing(await start('Inside')).start();
    await inside.hydrated();
    await inside.composer.pressSequentially('I was inside ');
    const reading = await start('Reading');
    await stop(interview.id);
    await new Landing(reading).consent.check();
    await new Landing(reading).startButton.click();
    await expect(reading.getByRole('heading', { name: says }), title).toBeVisible();
    await inside.composer.pressSequentially('already.');
    await inside.send.click();
    await inside.said('I was inside already.');
    await inside.question('Which shift suits you?');
  }
  const interview = await api.interview('Archived');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const chat = await (await Landing.open(await visitor(), ana.invite_url)).start();
  await chat.hydrated();
  await chat.composer.fill('Half a sentence');
  await api.send('DELETE', `/interviews/${interview.id}`);
  await expect(chat.heading('The company has ended this interview')).toBeVisible();
  // What was typed and not sent is shown for copying.
  await expect(chat.page.getByRole('textbox').first()).toHaveValue('Half a sentence');
});

test('a laptop that slept while its session was closed wakes up to what is true, with its text', async ({ api, complaints, visitor }) => {
  complaints.allow(...DISCONNECTED);
  const interview = await api.interview('Asleep');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const page = await visitor();
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  await chat.answer('The first answer.');
  await chat.question('Which shift suits you?');
  await page.getByRole('radio', { name: 'Evening' }).check();
  await page.context().setOffline(true);
  await api.send('POST', `/sessions/${ana.session.id}/end`);
  await page.context().setOffline(false);
  await expect(chat.heading('The company has ended this interview')).toBeVisible({ timeout: 30_000 });
  await page.reload();
  await expect(page.getByRole('heading', { name: 'The company has ended this interview' })).toBeVisible();
  expect(await answers(api, ana.session.id)).toEqual(['The first answer.']);
});
