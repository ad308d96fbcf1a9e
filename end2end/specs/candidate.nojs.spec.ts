// The candidate's whole path with JavaScript switched off: plain forms and links.
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import type { Session } from '../support/api.ts';

test('start, answer, leave, come back, finish', async ({ api, visitor }) => {
  const interview = await api.interview('Without scripts');
  const fay = await api.candidate(interview.id, { name: 'Fay', email: 'fay@example.com' });
  const chat = await (await Landing.open(await visitor(), fay.invite_url)).start();
  await chat.question('Tell me about a project you are proud of.');
  await chat.answer('We moved the team to weekly releases, with a good result.');
  await chat.choose('Morning');
  await chat.page.context().close();

  const back = await (await Landing.open(await visitor(), fay.invite_url)).resume();
  await back.said('Morning');
  await back.question('How do you handle a disagreement?');
  await back.answer('I listen.');
  await back.finish();
  await expect.poll(async () => (await api.get<Session>(`/sessions/${fay.session.id}`)).analysis_state).toBe('ready');
  expect(await api.get<Session>(`/sessions/${fay.session.id}`)).toMatchObject({ status: 'completed', end_reason: 'finished' });
});

test('the browser says what is missing, and so does the server', async ({ api, page, request }) => {
  const interview = await api.interview('Consent');
  const gus = await api.candidate(interview.id, { name: 'Gus', email: 'gus@example.com' });
  const landing = await Landing.open(page, gus.invite_url);
  await landing.startButton.click();
  await expect(page).toHaveURL(new URL(gus.invite_url).pathname);
  const token = new URL(gus.invite_url).pathname.split('/').at(-1) ?? '';
  const posted = await request.post('/sfn/candidate/start', { form: { token }, headers: { accept: 'text/html' } });
  expect(await posted.text()).toContain('Tick the box to start.');
  expect((await api.get<Session>(`/sessions/${gus.session.id}`)).status).toBe('not_started');
});

test('a start that was refused has what was typed in its fields again', async ({ api, page }) => {
  const interview = await api.interview('By email', { settings: { follow_up_depth: 'light', require_invited_email: true } });
  const ida = await api.candidate(interview.id, { name: 'Ida', email: 'ida@example.com' });
  const landing = await Landing.open(page, ida.invite_url);
  const email = page.getByRole('textbox', { name: /email/i });
  await email.fill('idda@example.com');
  await landing.consent.check();
  await landing.startButton.click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(email).toHaveValue('idda@example.com');
  await expect(landing.consent).toBeChecked();
  expect(new URL(page.url()).search).toBe('?notice=email_needed');
  await email.fill('ida@example.com');
  const chat = await landing.start();
  await chat.question('Tell me about a project you are proud of.');
});

test('an answer that is too long comes back in the composer, with the refusal', async ({ api, page, complaints }) => {
  complaints.allow(/status of 422/);
  const interview = await api.interview('Too long');
  const kim = await api.candidate(interview.id, { name: 'Kim', email: 'kim@example.com' });
  const chat = await (await Landing.open(page, kim.invite_url)).start();
  const long = `\n<b>One</b> & two.\n${'x'.repeat(20_000)}`;
  await chat.composer.fill(long);
  await chat.send.click();
  await expect(page.getByText('This answer could not be stored')).toBeVisible();
  await expect(chat.composer).toHaveValue(long);
  await chat.question('Tell me about a project you are proud of.');
  await chat.answer('Shorter, and sent from the same page.');
  await chat.question('Which shift suits you?');
  await expect(page).toHaveURL(/\/session\?lease=1$/);
});

test('an answer from a window that was taken over is shown for copying', async ({ api, page, visitor, complaints }) => {
  complaints.allow(/status of 409/);
  const interview = await api.interview('Taken over');
  const lou = await api.candidate(interview.id, { name: 'Lou', email: 'lou@example.com' });
  const chat = await (await Landing.open(page, lou.invite_url)).start();
  await chat.composer.fill('Typed here, & not sent.');
  await (await Landing.open(await visitor(), lou.invite_url)).resume();
  await chat.send.click();
  await expect(chat.heading('You continued elsewhere')).toBeVisible();
  const unsent = page.getByRole('textbox', { name: 'What was not sent' });
  await expect(unsent).toHaveValue('Typed here, & not sent.');
  await expect(unsent).not.toBeEditable();
  await page.getByRole('link', { name: 'Continue', exact: true }).click();
  await page.getByRole('button', { name: 'Continue here' }).click();
  await chat.answer('Typed here, & not sent.');
});

test('a text whose question was answered already stands beside the next question', async ({ api, page, complaints }) => {
  complaints.allow(/status of 409/);
  const interview = await api.interview('Two tabs');
  const mia = await api.candidate(interview.id, { name: 'Mia', email: 'mia@example.com' });
  const chat = await (await Landing.open(page, mia.invite_url)).start();
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await tab.getByRole('textbox', { name: 'Your answer' }).fill('Written in another tab.');
  await chat.answer('Sent first.');
  await tab.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(tab.getByText('The interview has moved on')).toBeVisible();
  await expect(tab.getByRole('textbox', { name: 'You had typed this for another question' })).toHaveValue('Written in another tab.');
  await expect(tab.getByRole('heading', { level: 1 })).toHaveText('Which shift suits you?');
  await expect(tab.getByRole('button', { name: 'Discard' })).toHaveCount(0);
});
