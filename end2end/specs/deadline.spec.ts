// The moment at which time is up, in a real browser: what was typed goes out, and a request that hangs is not waited for.
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';

test('when time is up the draft goes out, and an answer whose request hangs is sent again in time', async ({ api, visitor, accessible }) => {
  test.setTimeout(150_000);
  const interview = await api.interview('One minute', { settings: { follow_up_depth: 'light', time_limit_minutes: 1 } });
  const [ana, ben] = await Promise.all(['Ana', 'Ben'].map((name) => api.candidate(interview.id, { name, email: `${name.toLowerCase()}@example.com` })));
  if (!ana || !ben) throw new Error('two candidates');
  const said = async (session: string) => {
    const { items } = await api.get<{ items: { kind: string; text: string }[] }>(`/sessions/${session}/transcript`);
    return items.filter(({ kind }) => kind !== 'question').map(({ kind, text }) => `${kind}: ${text}`);
  };

  const draft = await (await Landing.open(await visitor(), ana.invite_url)).start();
  await draft.hydrated();
  await draft.composer.fill('Half a sentence');

  const hanging = await (await Landing.open(await visitor(), ben.invite_url)).start();
  await hanging.hydrated();
  let sent = 0;
  await hanging.page.route('**/sfn/candidate/answer', async (route) => {
    sent += 1;
    // The first one is lost in the network, and nobody says so.
    if (sent > 1) await route.continue();
  });
  await hanging.composer.fill('Sent in time.');
  await expect(hanging.page.getByText(/^[2-8] s left$/)).toBeVisible({ timeout: 70_000 });
  await hanging.send.click();

  for (const chat of [draft, hanging]) await expect(chat.heading('The time is up')).toBeVisible({ timeout: 30_000 });
  await accessible(draft.page, 'time is up');
  expect(await said(ana.session.id)).toEqual(['late_answer: Half a sentence']);
  expect(await said(ben.session.id)).toEqual(['late_answer: Sent in time.']);
  await expect(hanging.page.getByRole('textbox'), 'nothing was left unsent').toHaveCount(0);
});
