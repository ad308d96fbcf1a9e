// kill -9 while answers are being sent: after each restart every acknowledged answer is there, once, and nobody is stuck.
import { expect, test } from '../fixtures.ts';
import { Api, type Session, tokenOf } from '../support/api.ts';
import { type Answer, Door, type View } from '../support/door.ts';
import { seeded } from '../support/random.ts';
import { Server, until } from '../support/server.ts';

const CANDIDATES = 16;
const QUESTIONS = 30;
const ROUNDS = 4;

/** A candidate who sends one answer after the other until the server is gone, and remembers what was acknowledged. */
class Sender {
  readonly acknowledged: string[] = [];
  /** Sent, and not known to be stored: the one that a person would press "Try again" on. */
  private open: Answer | undefined;

  constructor(
    readonly door: Door,
    readonly session: string,
  ) {}

  private async acknowledge(answer: Answer): Promise<View> {
    this.open = answer;
    const reply = await this.door.answer(answer);
    expect(reply.status, reply.body).toBe(200);
    this.acknowledged.push(answer.text);
    this.open = undefined;
    return reply.view;
  }

  /** Answers until nothing is asked any more (true), or until the connection breaks (false). */
  async run(): Promise<boolean> {
    try {
      let view = (await this.door.start()).view;
      if (this.open) view = await this.acknowledge(this.open);
      while (view.question) view = await this.acknowledge(Door.write(view));
      return true;
    } catch (error) {
      if (error instanceof TypeError) return false; // fetch: the server is gone
      throw error;
    }
  }
}

async function checkStored(api: Api, senders: Sender[]): Promise<void> {
  for (const sender of senders) {
    const transcript = await api.get<{ items: { number: number; speaker: string; text: string }[] }>(`/sessions/${sender.session}/transcript`);
    const answers = transcript.items.filter(({ speaker }) => speaker === 'candidate').map(({ text }) => text);
    for (const text of sender.acknowledged) {
      expect(answers.filter((stored) => stored === text), 'an acknowledged answer is stored once').toHaveLength(1);
    }
    expect(new Set(answers).size, 'no answer is stored twice').toBe(answers.length);
    expect(transcript.items.map(({ number }) => number), 'turns are numbered from 1 without a gap').toEqual(transcript.items.map((_, index) => index + 1));
  }
}

test('every acknowledged answer survives kill -9', async () => {
  test.setTimeout(180_000);
  const seed = Number(process.env.PARLEY_SEED ?? Date.now() % 1_000_000);
  console.log(`crash test: PARLEY_SEED=${seed}`);
  const random = seeded(seed);
  const server = await Server.start('crash');
  server.addOwner();
  const api = new Api(server.url, server.apiKey());
  const questions = Array.from({ length: QUESTIONS }, (_, index) => ({ kind: 'open', text: `Question ${index + 1}: what did you do?`, expected_points: [] }));
  const interview = await api.interview('Crash', { questions });
  const senders: Sender[] = [];
  for (let index = 0; index < CANDIDATES; index += 1) {
    const candidate = await api.candidate(interview.id, { name: `Candidate ${index}`, email: `c${index}@example.com` });
    senders.push(new Sender(new Door(server.url, tokenOf(candidate.invite_url)), candidate.session.id));
  }

  const sent = () => senders.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  let killed = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Killed after a random number of answers, not after a random time: the same on a fast machine and on a slow one.
    const target = sent() + 20 + Math.floor(random() * 60);
    const running = Promise.all(senders.map((sender) => sender.run()));
    await until('enough answers', 30_000, async () => sent() >= target);
    await server.kill();
    if ((await running).includes(false)) killed += 1;
    await server.run();
    await checkStored(api, senders);
  }
  expect(killed, 'the server was killed while answers were under way').toBe(ROUNDS);

  const done = await Promise.all(senders.map((sender) => sender.run()));
  expect(done).not.toContain(false);
  for (const sender of senders) {
    expect((await sender.door.finish()).status).toBe(200);
  }
  await checkStored(api, senders);
  for (const { session } of senders) {
    await until('analysis', 60_000, async () => (await api.get<Session>(`/sessions/${session}`)).analysis_state === 'ready');
    expect((await api.get<Session>(`/sessions/${session}`)).status).toBe('completed');
  }
  expect(sent()).toBe(CANDIDATES * QUESTIONS);
  await server.stop();
});
