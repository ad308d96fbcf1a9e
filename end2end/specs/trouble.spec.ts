// A disk that is full: what cannot be stored is refused with 503 and is not there; what was acknowledged is; with room again
// everybody goes on.
import { expect, test } from '../fixtures.ts';
import { Api, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';
import { Server, until } from '../support/server.ts';

const CANDIDATES = 4;
const QUESTIONS = 60;

test('a full disk refuses answers and keeps those that were acknowledged', async () => {
  test.setTimeout(120_000);
  const server = await Server.start('full-disk');
  server.addOwner();
  const api = new Api(server.url, server.apiKey());
  const questions = Array.from({ length: QUESTIONS }, (_, index) => ({ kind: 'open', text: `Question ${index + 1}?`, expected_points: [] }));
  const interview = await api.interview('Full disk', { questions });
  const doors: { door: Door; session: string; acknowledged: string[] }[] = [];
  for (let index = 0; index < CANDIDATES; index += 1) {
    const candidate = await api.candidate(interview.id, { name: `Candidate ${index}` });
    doors.push({ door: new Door(server.url, tokenOf(candidate.invite_url)), session: candidate.session.id, acknowledged: [] });
  }
  await server.stop();
  // From here on no file may grow beyond a little more than the largest is now.
  await server.run({ fileLimitKiB: server.largestFileKiB() + 600 });

  const long = 'I looked at it from all sides. '.repeat(300);
  const met = await Promise.all(
    doors.map(async (one) => {
      let reply = await one.door.start();
      for (let sent = 0; reply.status === 200 && reply.view.question && sent < QUESTIONS; sent += 1) {
        const answer = { ...Door.write(reply.view), text: `${sent} ${long}` };
        reply = await one.door.answer(answer);
        if (reply.status === 200) one.acknowledged.push(answer.text.trim());
      }
      // Stored, and the next question could not be: that one is made up for.
      return reply.status === 200 && !reply.view.question ? 'next question waits' : String(reply.status);
    }),
  );
  for (const ended of met) expect(['503', 'next question waits'], 'every candidate met the full disk').toContain(ended);
  expect(await fetch(`${server.url}/health/live`).then(({ status }) => status)).toBe(200);

  await server.stop();
  await server.run();
  for (const one of doors) {
    const { items } = await api.get<{ items: { number: number; speaker: string; text: string }[] }>(`/sessions/${one.session}/transcript`);
    const stored = items.filter(({ speaker }) => speaker === 'candidate').map(({ text }) => text);
    expect(stored.slice(0, one.acknowledged.length)).toEqual(one.acknowledged);
    // The last one may have been stored before the next question could not be: sent again, it is the same answer.
    expect(stored.length - one.acknowledged.length).toBeLessThanOrEqual(1);
    expect(items.map(({ number }) => number)).toEqual(items.map((_, index) => index + 1));
    const { view } = await one.door.start();
    const reply = await one.door.answer(Door.write(view));
    expect(reply.status, reply.body).toBe(200);
    expect((await one.door.finish()).status).toBe(200);
    await until('analysis', 60_000, async () => (await api.session(one.session)).analysis_state === 'ready');
  }
  await server.stop();
});
