// Fifty at once, through HTTP, at one link: one session, no duplicate, no error.
import { expect, test } from '../fixtures.ts';
import { type Api, type Session, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';

const AT_ONCE = 50;
const fifty = <T>(make: (index: number) => Promise<T>) => Promise.all(Array.from({ length: AT_ONCE }, (_, index) => make(index)));

async function newcomer(api: Api, url: string, email: string) {
  const interview = await api.interview('Race', { questions: [{ kind: 'open', text: 'First?' }, { kind: 'open', text: 'Second?' }, { kind: 'open', text: 'Third?' }] });
  const candidate = await api.candidate(interview.id, { name: 'Fifty Tabs', email });
  const answers = async () => {
    const { items } = await api.get<{ items: { speaker: string; text: string }[] }>(`/sessions/${candidate.session.id}/transcript`);
    return items.filter(({ speaker }) => speaker === 'candidate').map(({ text }) => text);
  };
  return { candidate, door: new Door(url, tokenOf(candidate.invite_url)), answers };
}

test('fifty starts make one session', async ({ api, server }) => {
  const { candidate, door } = await newcomer(api, server.url, 'starts@example.com');
  const replies = await fifty(() => door.start());
  expect(replies.map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(200));
  const sessions = await api.get<{ items: Session[] }>(`/candidates/${candidate.id}/sessions`);
  expect(sessions.items.map(({ attempt, status }) => ({ attempt, status }))).toEqual([{ attempt: 1, status: 'in_progress' }]);
  expect(new Set(replies.map(({ view }) => view.question?.id)).size).toBe(1);
});

test('fifty times the same answer is one answer', async ({ api, server }) => {
  const { door, answers } = await newcomer(api, server.url, 'same@example.com');
  const answer = Door.write((await door.start()).view);
  const replies = await fifty(() => door.answer(answer));
  expect(replies.map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(200));
  expect(await answers()).toEqual([answer.text]);
});

test('of fifty different answers to one question one is stored', async ({ api, server }) => {
  const { door, answers } = await newcomer(api, server.url, 'different@example.com');
  const view = (await door.start()).view;
  const sent = Array.from({ length: AT_ONCE }, () => Door.write(view));
  const replies = await Promise.all(sent.map((answer) => door.answer(answer)));
  const stored = sent.filter((_, index) => replies[index]?.status === 200);
  expect(stored, 'one acknowledged').toHaveLength(1);
  expect(replies.filter(({ status }) => status === 409)).toHaveLength(AT_ONCE - 1);
  expect(await answers()).toEqual(stored.map(({ text }) => text));
});
