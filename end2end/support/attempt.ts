// A whole attempt through the candidate's door, for tests that are about what comes after it.
import { expect } from '@playwright/test';
import { type Api, type Candidate, type Session, tokenOf } from './api.ts';
import { Door } from './door.ts';
import { until } from './server.ts';

/** Starts the current attempt, answers everything with `text`, finishes, and waits until it is analysed. */
export async function takeAttempt(api: Api, candidate: Candidate, text: string): Promise<Session> {
  const door = new Door(api.url, tokenOf(candidate.invite_url));
  let { view } = await door.start();
  while (view.question) {
    const base = Door.write(view);
    const choice = view.question.choices[0];
    const reply = choice
      ? await door.post('answer', { client_id: base.client_id, question: base.question, 'choices[]': choice.id })
      : await door.answer({ ...base, text });
    expect(reply.status, reply.body).toBe(200);
    view = reply.view;
  }
  expect((await door.finish()).status).toBe(200);
  const { items } = await api.get<{ items: Session[] }>(`/candidates/${candidate.id}/sessions`);
  const newest = items[0];
  if (!newest) throw new Error('no attempt');
  await until('analysis', 30_000, async () => (await api.session(newest.id)).analysis_state === 'ready');
  return api.session(newest.id);
}

/** All attempts, first one first, as `1 completed finished`. */
export async function attemptsOf(api: Api, candidate: string): Promise<string[]> {
  const { items } = await api.get<{ items: Session[] }>(`/candidates/${candidate}/sessions`);
  return items.reverse().map(({ attempt, status, end_reason }) => [attempt, status, end_reason].filter(Boolean).join(' '));
}
