// With a model: an interview from a description, changed by a sentence, taken by a candidate; its report with evidence that
// leads to the transcript; run again with what changed; all sessions again with the cost shown before; on paper.
import { expect, test } from '../fixtures.ts';
import { SignIn } from '../pages/creator.ts';
import { Api, type Interview, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';
import { type Asked, ScriptedModel } from '../support/model.ts';
import { until } from '../support/server.ts';

interface Talk {
  turn: number;
  speaker: string;
  text: string;
}

interface Document {
  criteria: { ref: string }[];
  questions: { ref: string; answered: boolean; talk: Talk[] }[];
}

const written = {
  title: 'Night shift barista',
  welcome: 'Good to have you here. Take your time.',
  objective: 'Find people who stay calm when the queue is long.',
  criteria: [
    { ref: '', name: 'Calm under load', description: 'Does one thing at a time and says so.', weight: 3 },
    { ref: '', name: 'Knows coffee', description: '', weight: 1 },
  ],
  questions: [
    { ref: '', kind: 'open', text: 'Twelve people are waiting. What do you do?', choices: [], expected_points: ['greets', 'one order at a time'] },
    { ref: '', kind: 'open', text: 'A guest sends a coffee back. What do you do?', choices: [], expected_points: ['listens'] },
  ],
};

/** Answers like a model that read the answers: the beginning of each as the quote, and one quote that nobody said. */
function assess({ messages }: Asked, score: number) {
  const text = messages[1]?.content ?? '';
  const document = JSON.parse(text.slice(text.indexOf('\n\n') + 2)) as Document;
  const judged = document.questions
    .filter((question) => question.answered)
    .map((question) => {
      const said = question.talk.find((talk) => talk.speaker === 'candidate');
      const quotes = [
        { turn: said?.turn, text: said?.text.split(' ').slice(0, 6).join(' ') },
        { turn: said?.turn, text: 'I have won every prize there is' },
      ];
      return { about: question.ref, score, confidence: 'high', note: 'Concrete and in order.', quotes };
    });
  const quotes = judged[0]?.quotes ?? [];
  const value = {
    summary: 'Both questions were answered concretely.',
    strengths: ['Names the steps in order.'],
    concerns: ['Says little about coffee.'],
    criteria: document.criteria.map(({ ref }, index) => ({ about: ref, score: index ? null : score, confidence: 'medium', note: 'Shown once.', quotes: index ? [] : quotes })),
    questions: judged,
  };
  return { say: value };
}

test('from a description to a report on paper', async ({ ownServer, visitor, accessible }) => {
  test.setTimeout(120_000);
  const model = await ScriptedModel.start();
  model.pauseMs = 1;
  const server = await ownServer('analysis', { PARLEY_AI_URL: model.url, PARLEY_AI_MODEL: 'scripted-1' });
  server.addOwner();
  const api = new Api(server.url, server.apiKey());
  const page = await visitor({ baseURL: server.url });
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';

  // Written from a description, streamed into the editor, stored nowhere.
  model.says(() => ({ say: written }));
  await page.goto(`/w/${slug}/interviews/new`);
  await page.getByRole('link', { name: 'From a description' }).click();
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
  await page.getByRole('textbox', { name: /^Whom do you interview/ }).fill('Baristas for the night shift who stay calm.');
  await page.getByRole('button', { name: 'Write the interview' }).click();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Night shift barista');
  await expect(page.getByText('Written. Read it, change it, then save.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Question', exact: true }).nth(1)).toHaveValue('A guest sends a coffee back. What do you do?');
  await accessible(page, 'a written interview');
  expect((await api.get<{ items: Interview[] }>('/interviews')).items).toEqual([]);

  // Changed by a sentence; the first question keeps its place.
  const questions = [
    { ...written.questions[0], ref: 'Q1' },
    { ...written.questions[1], ref: 'Q2', text: 'How do you handle a complaint?' },
  ];
  model.says(() => ({ say: { ...written, title: 'Barista, nights', questions } }));
  await page.getByRole('textbox', { name: /^Change it by a sentence/ }).fill('Shorter, and ask about complaints in general');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Barista, nights');
  await expect(page.getByRole('textbox', { name: 'Question', exact: true }).nth(1)).toHaveValue('How do you handle a complaint?');
  await page.getByRole('button', { name: 'Create interview' }).click();
  await page.waitForURL(/\/interviews\/[0-9a-f-]{36}\/content/);
  const id = new URL(page.url()).pathname.split('/')[4] ?? '';
  await api.send('PATCH', `/interviews/${id}`, { state: 'open', settings: { follow_up_depth: 'light' } });

  // A candidate takes it.
  model.says((asked) => (asked.messages[0]?.content.startsWith('You assess') ? assess(asked, 8) : { say: { action: 'next', text: 'Thank you.' } }));
  const ana = await api.candidate(id, { name: 'Ana Souza', email: 'ana@example.com' });
  const door = new Door(server.url, tokenOf(ana.invite_url));
  let { view } = await door.start();
  const answers = ['I greet them all and take one order at a time.', 'I listen, then I make it again at once.'];
  for (const text of answers) view = (await door.answer({ ...Door.write(view), text })).view;
  await door.finish();
  const state = async () => (await api.session(ana.session.id)).analysis_state;
  await until('the analysis', 30_000, async () => (await state()) === 'ready');

  const report = `/w/${slug}/interviews/${id}/sessions/${ana.session.id}`;
  await page.goto(report);
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
  await expect(page.getByText('2 of 2 questions answered').first()).toBeVisible();
  await expect(page.getByText('3 of 6 quotes found word for word in the answers; 3 dropped')).toBeVisible();
  await expect(page.getByText('I have won every prize')).toHaveCount(0);
  await expect(page.getByText('A person decides', { exact: false }).first()).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Built-in and AI side by side' })).toBeVisible();
  await page.getByRole('link', { name: /turn 2/i }).first().click();
  await expect(page).toHaveURL(/#turn-2$/);
  await accessible(page, 'report by a model');

  // Again: the cost first, then what changed.
  model.says((asked) => assess(asked, 6.5));
  await page.getByRole('button', { name: 'Run again with scripted-1' }).click();
  const ask = page.getByRole('dialog', { name: 'Analyse again?' });
  await expect(ask.getByText('One call to scripted-1')).toBeVisible();
  // What moves meanwhile does not close it.
  await api.send('PUT', `/sessions/${ana.session.id}/decision`, { verdict: 'hold', reason: 'Another look first.' });
  await expect(page.getByText('Another look first.')).toBeVisible();
  await expect(ask).toBeVisible();
  await ask.getByRole('button', { name: 'Run again' }).click();
  const changed = page.getByText(/^Run 3: what changed since run 2/);
  await changed.click();
  await expect(page.getByText('−1.5 ↓').first()).toBeVisible();

  // A model that fails is seen, and takes nothing away.
  model.says(() => ({ status: 401 }));
  await page.getByRole('button', { name: 'Run again with scripted-1' }).click();
  await page.getByRole('dialog', { name: 'Analyse again?' }).getByRole('button', { name: 'Run again' }).click();
  await expect(page.getByText('The AI server refuses the key.', { exact: false }).first()).toBeVisible();
  await expect(page.getByText('2 of 2 questions answered').first()).toBeVisible();
  expect((await api.session(ana.session.id)).status).toBe('completed');

  // All sessions again, from the Results tab.
  model.says((asked) => assess(asked, 9));
  await page.goto(`/w/${slug}/interviews/${id}/results`);
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
  await page.getByRole('button', { name: 'Analyse again', exact: true }).click();
  const all = page.getByRole('dialog', { name: 'Analyse all sessions again' });
  await expect(all.getByText('1 session · 1 call to scripted-1')).toBeVisible();
  await accessible(page, 'analyse all');
  const before = model.asked.length;
  await all.getByRole('button', { name: 'Analyse 1 session, 1 call' }).click();
  await expect(page.getByText('Last time: 1 session analysed.')).toBeVisible();
  expect(model.asked.length - before).toBe(1);

  // On paper: transcript and evidence, no buttons.
  await page.goto(report);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden();
  await expect(page.getByText(answers[1] ?? '').first()).toBeVisible();
  const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');

  await model.stop();
});

test('without a model there is nothing to write from', async ({ page, server }) => {
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  expect(server.url).toBeTruthy();
  await page.goto(`/w/${slug}/interviews/new`);
  await expect(page.getByRole('button', { name: 'Create interview' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'From a description' })).toHaveCount(0);
  await page.goto(`/w/${slug}/interviews/describe`);
  await expect(page.getByText('No AI model is configured')).toBeVisible();
});
