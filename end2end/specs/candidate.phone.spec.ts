// 360 px wide, touched by a finger: nothing scrolls sideways, everything can be reached.
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';

test('the talk on a phone', async ({ api, page, accessible }) => {
  const interview = await api.interview('On a phone');
  const hal = await api.candidate(interview.id, { name: 'Hal '.repeat(40), email: 'hal@example.com' });
  const fits = async (screen: string) =>
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${screen} scrolls sideways by`).toBeLessThanOrEqual(0);
  const landing = await Landing.open(page, hal.invite_url);
  await fits('landing');
  const chat = await landing.start();
  await chat.hydrated();
  await fits('chat');
  await chat.answer(`A very long word: ${'x'.repeat(300)}`);
  await fits('chat with a long word');
  await expect(chat.send).toBeInViewport();
  await accessible(page, 'chat on a phone');
  await chat.choose('Evening');
  await chat.answer('Done.');
  await chat.finish();
  await fits('closing page');
});
