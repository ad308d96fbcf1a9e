// A refused plain form whose page the script takes over.
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import type { Api } from '../support/api.ts';

const FIRST = 'Tell me about a project you are proud of.';
const NEXT = 'Which shift suits you?';

async function answers(api: Api, session: string): Promise<string[]> {
  const { items } = await api.get<{ items: { speaker: string; text: string }[] }>(`/sessions/${session}/transcript`);
  return items.filter(({ speaker }) => speaker === 'candidate').map(({ text }) => text);
}

test('the script takes over what a plain form was refused with', async ({ api, page, complaints, accessible }) => {
  complaints.allow(/ERR_FAILED/, /status of 422/, /Failed to load resource/);
  const interview = await api.interview('Refused before the script');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  let bad = true;
  await page.route(/\/pkg\/candidate[^/]*\.(js|wasm)(\?\d+)?$/, (route) => (bad ? route.abort() : route.continue()));
  const chat = await (await Landing.open(page, ana.invite_url)).start();
  const long = 'x'.repeat(20_001);
  await chat.composer.fill(long);
  await chat.send.click();
  await expect(page.getByText('This answer could not be stored')).toBeVisible();
  await expect(chat.composer).toHaveValue(long);
  await accessible(page, 'an answer that was too long');
  bad = false;
  await chat.hydrated();
  await expect(chat.composer).toHaveValue(long);
  // The address is that of the chat again: loaded anew, the page posts nothing.
  await expect(page).toHaveURL(/\/session\?lease=1$/);
  await chat.question(FIRST);
  await chat.answer('Shorter.');
  await chat.question(NEXT);
  await page.reload();
  await chat.hydrated();
  await chat.question(NEXT);
  await expect(page.getByText('What was not sent')).toHaveCount(0);
  expect(await answers(api, ana.session.id)).toEqual(['Shorter.']);
});
