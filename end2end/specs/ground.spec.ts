// The ground: the binary starts, says it is well, stops when asked to.
import { expect, test } from '../fixtures.ts';
import { Server } from '../support/server.ts';

test('alive and ready', async ({ request }) => {
  for (const path of ['/health/live', '/health/ready']) {
    expect((await request.get(path)).status(), path).toBe(200);
  }
});

test('stops on SIGTERM and starts again on the same data', async () => {
  const server = await Server.start('restart');
  await server.stop();
  await server.run();
  await server.stop();
});
