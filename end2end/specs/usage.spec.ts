// AI tokens: what there is, where it went, and how more arrive.
import { expect, test } from '../fixtures.ts';
import { SignIn } from '../pages/creator.ts';
import { file, resume } from '../support/pdf.ts';

test('tokens are granted, spent and accounted for', async ({ ownServer, visitor, accessible }) => {
  test.setTimeout(90_000);
  const server = await ownServer('usage');
  server.addOwner();
  const page = await visitor({ baseURL: server.url });
  await (await SignIn.open(page)).as();
  await page.getByRole('link', { name: 'Usage' }).click();
  await expect(page.getByRole('heading', { name: 'Usage' })).toBeVisible();
  await expect(page.getByText('First tokens of this installation')).toBeVisible();
  await expect(page.getByText('Nothing was spent in the last 30 days.')).toBeVisible();
  await accessible(page, 'usage, nothing spent');

  expect(server.command(['tokens', 'grant', '--amount', '100', '--note', 'More for May', '--reference', 'may'])).toContain('600');
  expect(server.command(['tokens', 'grant', '--amount', '100', '--reference', 'may'])).toContain('600');
  const key = server.apiKey();
  const form = new FormData();
  form.append('file', new File([new Uint8Array(resume('Ana Lima', 'ana@example.com'))], 'ana.pdf'));
  const answer = await fetch(`${server.url}/api/v1/resumes/extract`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: form });
  expect(answer.status).toBe(200);

  await page.reload();
  await expect(page.locator('dd').first()).toHaveText('595');
  await expect(page.getByRole('row').filter({ hasText: 'More for May' })).toContainText('+100');
  await expect(page.getByRole('row').filter({ hasText: 'Spent' }).filter({ hasText: 'Resume for a form' })).toBeVisible();
  const chart = page.getByRole('img', { name: /AI tokens spent on each of the last 30 days: 5 in all/ });
  await expect(chart).toBeVisible();
  await page.getByText('Show as table').click();
  await expect(page.getByRole('row').filter({ has: page.locator('time[datetime]') }).first()).toBeVisible();
  await expect(page.getByRole('row', { name: /Reading one resume/ })).toContainText('5');
  await accessible(page, 'usage');
});

test('where reading is free, no price is shown', async ({ ownServer, visitor }) => {
  const server = await ownServer('usage-free', { PARLEY_TOKENS_PER_RESUME: '0' });
  server.addOwner();
  const page = await visitor({ baseURL: server.url });
  await (await SignIn.open(page)).as();
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  await page.goto(`/w/${slug}/interviews/new`);
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
  await page.getByRole('textbox', { name: 'Title' }).fill('Free');
  await page.getByRole('button', { name: 'Create interview' }).click();
  await page.waitForURL(/\/content/);
  const interview = new URL(page.url()).pathname.split('/')[4] ?? '';
  await page.goto(`/w/${slug}/interviews/${interview}/resumes`);
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
  await page.getByLabel('Choose files').setInputFiles(file('ana.pdf', resume('Ana Lima', 'ana@example.com')));
  await expect(page.getByRole('button', { name: 'Parse resumes' })).toBeEnabled();
  await expect(page.getByText('1 file', { exact: true })).toBeVisible();
  await expect(page.getByText('AI token')).toHaveCount(0);
});
