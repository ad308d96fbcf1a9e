// Pictures of every screen, in end2end/screenshots; one of them stands in the README.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { type Candidate, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';

const people = ['Ana Souza', 'Ben Müller', '王小明', 'Layla Haddad', 'Marcus Reed', 'Priya Raman', 'Søren Holm', 'Nguyễn Thị Mai', 'Dmitri Ivanov', 'Kofi Mensah'];

const shot = (page: Page, name: string) => page.screenshot({ path: `screenshots/${name}.png`, animations: 'disabled' });

test('every screen', async ({ api, complaints, page, server, visitor }) => {
  complaints.allow(/status of 404/); // the page of an unknown link is one of the pictures
  test.setTimeout(120_000);
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
  const unstarted = candidates[7];
  const halfway = candidates[5];
  if (!unstarted || !halfway) throw new Error('too few candidates');
  await Landing.open(looker, unstarted.invite_url);
  await shot(looker, 'landing');
  const chat = await (await Landing.open(looker, halfway.invite_url)).resume();
  await chat.hydrated();
  await shot(looker, 'chat');
  await looker.goto('/i/invite/unknown');
  await shot(looker, 'link-unknown');

  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  const tab = await SessionsTab.open(page, slug, interview.id);
  await expect(tab.row('Ana Souza').getByText('Completed')).toBeVisible();
  await shot(page, 'sessions');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot(page, 'sessions-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  for (const [name, path] of [
    ['dashboard', ''],
    ['interviews', '/interviews'],
    ['interview-new', '/interviews/new'],
    ['content', `/interviews/${interview.id}/content`],
    ['interview-settings', `/interviews/${interview.id}/settings`],
    ['deleted', `/interviews/${interview.id}/deleted`],
    ['all-sessions', '/sessions'],
    ['settings', '/settings'],
    ['keys', '/settings/keys'],
    ['report', `/interviews/${interview.id}/sessions/${candidates[0]?.session.id}`],
  ] as const) {
    const answer = await page.goto(`/w/${slug}${path}`);
    expect(answer?.status(), name).toBe(200);
    await expect(page.locator('html[data-hydrated]')).toBeAttached();
    await shot(page, name);
  }
});
