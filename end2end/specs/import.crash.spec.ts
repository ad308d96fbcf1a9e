// kill -9 in the middle of an import, of its undo and of an upload: after each restart it goes on by itself, no row is added
// twice, and the figures add up at every look.
import { expect, test } from '../fixtures.ts';
import { Api } from '../support/api.ts';
import { seeded } from '../support/random.ts';
import { Server, until } from '../support/server.ts';

const ROWS = 12_000;
const KILLS = 3;

interface Counts {
  rows: number;
  new?: number;
  added?: number;
  updated?: number;
  skipped?: number;
  rejected: number;
  removed?: number;
  restored?: number;
  kept?: number;
}

interface Import {
  id: string;
  state: string;
  work: string | null;
  counts: Counts;
}

const sum = (...figures: (number | undefined)[]) => figures.reduce<number>((all, one) => all + (one ?? 0), 0);

class Door {
  constructor(
    private readonly server: Server,
    private readonly key: string,
    readonly api: Api,
  ) {}

  async upload(interview: string, text: string): Promise<Import> {
    const form = new FormData();
    form.append('file', new Blob([text]), 'people.csv');
    const answer = await fetch(`${this.server.url}/api/v1/interviews/${interview}/imports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.key}` },
      body: form,
    });
    expect(answer.status, await answer.clone().text()).toBe(201);
    return (await answer.json()) as Import;
  }

  async look(id: string): Promise<Import> {
    const seen = await this.api.get<Import>(`/imports/${id}`);
    const { rows, added, updated, skipped, rejected } = seen.counts;
    expect(sum(added, updated, skipped, rejected), 'no row is counted twice').toBeLessThanOrEqual(rows);
    return seen;
  }

  people = async (interview: string) => (await this.api.get<{ all: number }>(`/interviews/${interview}/sessions/counts`)).all;
}

/** Kills the server each time another share of the work is done, and starts it again. */
async function killed(server: Server, door: Door, id: string, total: number, done: (seen: Import) => number, random: () => number): Promise<number> {
  let kills = 0;
  while (kills < KILLS) {
    const target = ((kills + 0.2 + 0.6 * random()) * total) / KILLS;
    let over = false;
    await until('enough of the work', 90_000, async () => {
      const seen = await door.look(id);
      over = seen.work === null;
      return over || done(seen) >= target;
    });
    if (over) break;
    await server.kill();
    kills += 1;
    await server.run();
  }
  return kills;
}

test('an import survives kill -9 without adding a row twice', async () => {
  test.setTimeout(300_000);
  const seed = Number(process.env.PARLEY_SEED ?? Date.now() % 1_000_000);
  console.log(`import crash test: PARLEY_SEED=${seed}`);
  const random = seeded(seed);
  const server = await Server.start('import-crash');
  server.addOwner();
  const key = server.apiKey();
  const api = new Api(server.url, key);
  const door = new Door(server, key, api);
  const interview = await api.interview('Crashing import');
  // Every hundredth email is wrong, every ninetieth is there twice.
  const rows = Array.from({ length: ROWS }, (_, n) => {
    const email = n % 100 === 99 ? 'wrong@' : `p${n % 90 === 89 ? n - 1 : n}@example.com`;
    return `Person ${n},${email},University ${n % 7}`;
  });
  const text = `Name,Email,School\n${rows.join('\n')}\n`;

  const made = await door.upload(interview.id, text);
  const expected = made.counts;
  expect(sum(expected.new, expected.rejected)).toBeLessThan(ROWS);
  expect(await door.people(interview.id)).toBe(0);
  await api.send('POST', `/imports/${made.id}/confirm`);
  const kills = await killed(server, door, made.id, ROWS, ({ counts }) => sum(counts.added, counts.skipped, counts.rejected), random);
  expect(kills, 'the server was killed while rows were written').toBeGreaterThan(0);
  await until('the import', 120_000, async () => (await door.look(made.id)).state === 'done');
  const done = (await door.look(made.id)).counts;
  expect(sum(done.added, done.updated, done.skipped, done.rejected)).toBe(ROWS);
  expect([done.added, done.rejected]).toEqual([expected.new, expected.rejected]);
  expect(await door.people(interview.id)).toBe(done.added);

  // The same file again: nobody twice.
  const again = await door.upload(interview.id, text);
  expect(again.counts.new).toBe(0);
  await api.send('POST', `/imports/${again.id}/confirm`);
  await until('the second import', 120_000, async () => (await door.look(again.id)).state === 'done');
  expect((await door.look(again.id)).counts.added).toBe(0);
  expect(await door.people(interview.id)).toBe(done.added);

  // Taken back, with kills in between. The request may die with the server.
  const undoing = api.send('POST', `/imports/${made.id}/undo`).catch(() => undefined);
  await until('undo begins', 30_000, async () => (await door.look(made.id)).work === 'undo' || (await door.look(made.id)).state === 'undone');
  await killed(server, door, made.id, done.added ?? 0, ({ counts }) => sum(counts.removed, counts.restored, counts.kept), random);
  await undoing;
  await until('undo', 120_000, async () => (await door.look(made.id)).state === 'undone');
  const undone = (await door.look(made.id)).counts;
  expect(sum(undone.removed, undone.restored, undone.kept)).toBe(sum(done.added, done.updated));
  expect(await door.people(interview.id)).toBe(0);

  // Killed while a file is read: no half preview can be confirmed, and nobody is added.
  const reading = door.upload(interview.id, text).catch(() => undefined);
  await until('reading begins', 30_000, async () => {
    const list = await api.get<{ items: Import[] }>(`/interviews/${interview.id}/imports`);
    return list.items.some(({ state }) => state === 'reading') || list.items.length > 2;
  });
  await server.kill();
  await reading;
  await server.run();
  const list = await api.get<{ items: Import[] }>(`/interviews/${interview.id}/imports`);
  for (const { id, state } of list.items.filter((one) => one.state === 'reading')) {
    const refused = await fetch(`${server.url}/api/v1/imports/${id}/confirm`, { method: 'POST', headers: { authorization: `Bearer ${key}` } });
    expect(refused.status, state).toBe(409);
  }
  expect(await door.people(interview.id)).toBe(0);
  await server.stop();
});
