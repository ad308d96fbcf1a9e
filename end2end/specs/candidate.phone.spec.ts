// 360 px wide, touched by a finger: nothing scrolls sideways, everything can be reached.
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';

test('the talk on a phone', async ({ api, page, accessible }) => {
  const interview = await api.interview('On a phone');
  const hal = await api.candidate(interview.id, { name: 'Hal '.repeat(40), email: 'hal@example.com' });
  const fits = async (screen: string) => {
    const over = await page.evaluate(() => {
      const chat = document.querySelector('.chat');
      return Math.max(document.documentElement.scrollWidth - window.innerWidth, chat ? chat.scrollWidth - chat.clientWidth : 0);
    });
    expect(over, `${screen} scrolls sideways by`).toBeLessThanOrEqual(0);
  };
  const landing = await Landing.open(page, hal.invite_url);
  await fits('landing');
  // The way on is in sight from the first moment; what is agreed to is on the page, not under it.
  await expect(landing.startButton).toBeInViewport({ ratio: 1 });
  await landing.startButton.click();
  await expect(landing.consent).toBeFocused();
  await expect(landing.consent).toBeInViewport({ ratio: 1 });
  const [consent, foot] = await Promise.all([landing.consent.boundingBox(), page.locator('.start .form__actions').boundingBox()]);
  expect((consent?.y ?? Number.NaN) + (consent?.height ?? 0), 'the box is above the foot').toBeLessThanOrEqual(foot?.y ?? 0);
  await accessible(page, 'landing on a phone');
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

test('above an open keyboard, the new question and the composer are in view after sending', async ({ api, page, accessible }) => {
  const question = (n: number) => `Question number ${n}: ${'what did you do, and why did you do it that way? '.repeat(6)}`;
  const interview = await api.interview('Low window', { questions: [1, 2, 3, 4].map((n) => ({ kind: 'open', text: question(n).trim() })) });
  const ida = await api.candidate(interview.id, { name: 'Ida', email: 'ida@example.com' });
  const chat = await (await Landing.open(page, ida.invite_url)).start();
  await chat.hydrated();
  // As much as a keyboard leaves.
  await page.setViewportSize({ width: 360, height: 380 });
  const bar = page.locator('progress.chat__steps');
  for (const n of [1, 2, 3]) {
    await expect(bar).toHaveJSProperty('value', n - 1);
    await chat.answer(`Answer ${n}. ${'I looked at it from all sides, and then we did it. '.repeat(8)}`.trim());
    await chat.question(question(n + 1).trim());
    const asked = page.getByRole('heading', { level: 1 });
    const top = await asked.boundingBox();
    expect(top?.y ?? Number.NaN, 'the question begins in view').toBeGreaterThanOrEqual(0);
    expect(top?.y ?? Number.NaN).toBeLessThan(120);
    await expect(asked).toBeInViewport();
    await expect(chat.composer).toBeInViewport({ ratio: 1 });
    await expect(chat.send).toBeInViewport({ ratio: 1 });
    await expect(chat.composer).toBeFocused();
  }
  await accessible(page, 'chat above a keyboard');
  // With a longer answer the field grows, and the question is still there.
  await chat.composer.fill('line\n'.repeat(12));
  await expect(page.getByRole('heading', { level: 1 })).toBeInViewport();
  await expect(chat.send).toBeInViewport({ ratio: 1 });
  // The keyboard closes: the conversation alone scrolls again, from its end.
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(page.getByRole('heading', { level: 1 })).toBeInViewport();
  await expect(chat.send).toBeInViewport({ ratio: 1 });
});
