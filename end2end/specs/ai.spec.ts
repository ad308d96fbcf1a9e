// With an AI model: set up in Settings, an interview in which it asks on while the candidate reads along, what happens when it
// breaks, and what the creator sees of it.
import { test as base, expect } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import { SignIn } from '../pages/creator.ts';
import { Screen } from '../pages/screen.ts';
import { Api } from '../support/api.ts';
import { type Asked, ScriptedModel } from '../support/model.ts';
import { Server } from '../support/server.ts';

// The settings belong to the whole installation, so this file has one of its own.
const test = base.extend<object, { model: ScriptedModel }>({
  server: [
    async ({}, use, worker) => {
      const server = await Server.start(`ai-${worker.workerIndex}`);
      server.addOwner();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  api: [async ({ server }, use) => use(new Api(server.url, server.apiKey())), { scope: 'worker' }],
  model: [
    async ({}, use) => {
      const model = await ScriptedModel.start();
      await use(model);
      await model.stop();
    },
    { scope: 'worker' },
  ],
});

test.describe.configure({ mode: 'serial' });

const greeting = { greeting: 'hello', number: 7 };
const FOLLOW_UP = 'You mention that it went wrong at first. What did you do then, and how did it end?';
const REACTION = 'Thank you, that is easy to follow.';
const KEY = 'sk-a-key-that-no-page-shows';

const isTest = (asked: Asked) => asked.response_format?.json_schema?.name === 'connection_test';

test('the owner sets the model up, tests it, and the key is never shown again', async ({ page, model, server, accessible, complaints }) => {
  complaints.allow(/status of 422/); // an address that is none
  model.says(() => ({ say: greeting }));
  await (await SignIn.open(page)).as();
  await page.goto('/w/my-workspace/settings/ai');
  const screen = new Screen(page);
  await screen.hydrated();
  await expect(page.getByRole('link', { name: 'AI', exact: true })).toBeVisible();
  await expect(page.getByText('No AI model is set up')).toBeVisible();

  const url = page.getByRole('textbox', { name: 'Address of the server' });
  await url.fill('nowhere');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('Enter an address such as')).toBeVisible();
  await expect(url).toBeFocused();

  await url.fill(model.url);
  await page.getByRole('textbox', { name: 'Model', exact: true }).fill('m');
  await page.getByLabel('Key').fill(KEY);
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('The model answers', { exact: true })).toBeVisible();
  await expect(page.getByText('Yes (json_schema)')).toBeVisible();
  await expect(page.getByText('scripted-1')).toBeVisible();
  expect(model.keys.at(-1)).toBe(`Bearer ${KEY}`);
  await accessible(page, 'AI settings');

  model.says(() => ({ status: 401 }));
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('The AI server refuses the key.')).toBeVisible();

  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.toast__text', { hasText: 'AI model saved' })).toBeVisible();
  await page.reload();
  await screen.hydrated();
  await expect(url).toHaveValue(model.url);
  await expect(page.getByText('A key is stored.')).toBeVisible();
  expect(await page.content()).not.toContain(KEY);
  expect(server.command(['print-config'])).not.toContain(KEY);
});

test('the interviewer asks on while the candidate reads along', async ({ api, page, model }) => {
  let asks = true;
  model.says((asked) => {
    if (isTest(asked)) return { say: greeting };
    const now = asks;
    asks = false;
    return { say: now ? { action: 'follow_up', text: FOLLOW_UP } : { action: 'next', text: REACTION } };
  });
  const interview = await api.interview('With a model', { settings: { follow_up_depth: 'moderate' } });
  const ana = await api.candidate(interview.id, { name: 'Ana Reads', email: 'ana.reads@example.com' });
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  await chat.hydrated();
  model.pauseMs = 120;
  await chat.answer('It went wrong at first.');
  // Half of it is there before the rest.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^You mention that it went(?!.*end\?)/);
  await chat.question(FOLLOW_UP);
  await chat.composer.fill('We started again and it worked.');
  await chat.send.click();
  await expect(chat.conversation.getByText(/^Thank you, that/)).toBeVisible();
  model.pauseMs = 5;
  await chat.question('Which shift suits you?');
  await chat.said(REACTION);

  const told = model.asked.filter((asked) => !isTest(asked)).map((asked) => JSON.stringify(asked));
  for (const text of told) {
    expect(text).not.toContain('Which shift');
    expect(text).not.toContain('Ana Reads');
  }
});

test('a broken model keeps nobody waiting, and the transcript says so', async ({ api, page, model, visitor, accessible }) => {
  const interview = await api.interview('Broken model');
  const ben = await api.candidate(interview.id, { name: 'Ben Broken', email: 'ben.broken@example.com' });
  const chat = await (await Landing.open(page, ben.invite_url)).start();
  await chat.hydrated();
  model.says(() => ({ say: { action: 'next', text: 'I was about to say something long' }, breakAt: 50 }));
  await chat.answer('I led a project.');
  await chat.question('Which shift suits you?');
  await expect(page.getByText('I was about to')).toHaveCount(0);
  model.says(() => ({ say: { action: 'next', text: REACTION } }));
  await chat.choose('Evening');
  await chat.question('How do you handle a disagreement?');
  await chat.answer('I listen.');
  await chat.finish();

  const creator = await visitor();
  await (await SignIn.open(creator)).as();
  await creator.goto(`/w/my-workspace/interviews/${interview.id}/sessions/${ben.session.id}`);
  const turns = creator.locator('.transcript__turn');
  await expect(turns.nth(2)).toContainText('Which shift suits you?');
  await expect(turns.nth(2)).toContainText(/scripted/i);
  await expect(turns.nth(4)).toContainText(REACTION);
  await expect(turns.nth(4)).not.toContainText(/scripted/i);
  await accessible(creator, 'report');

  const usage = await api.get<{ items: { purpose: string; calls: number; failed: number }[] }>('/ai/usage');
  const interviews = usage.items.filter((item) => item.purpose === 'interview');
  expect(interviews.reduce((sum, item) => sum + item.failed, 0)).toBe(2);
  expect(interviews.reduce((sum, item) => sum + item.calls, 0)).toBeGreaterThan(4);
});

test('without the model the built-in engine does the work again', async ({ api, page, model }) => {
  await (await SignIn.open(page)).as();
  await page.goto('/w/my-workspace/settings/ai');
  await new Screen(page).hydrated();
  await page.getByRole('button', { name: 'Use the built-in engine' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Use the built-in engine' }).click();
  await expect(page.getByText('No AI model is set up')).toBeVisible();
  const before = model.asked.length;
  const interview = await api.interview('No model');
  const cleo = await api.candidate(interview.id, { name: 'Cleo', email: 'cleo.none@example.com' });
  const chat = await (await Landing.open(page, cleo.invite_url)).start();
  await chat.answerAnything('I led a project.');
  expect(model.asked.length).toBe(before);
});
