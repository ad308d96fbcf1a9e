// Pictures of what several attempts look like: unfolded rows, retakes, queue, comparison, merging. In end2end/screenshots.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { takeAttempt } from '../support/attempt.ts';
import type { Candidate, Interview } from '../support/api.ts';

const answers = [
  'I like working with people and I am quick to learn.',
  'I led a project in a team of four. I listen to everybody first, and the result was a build twice as fast.',
  'I led the team, I listen before I decide, and the result was a faster build; I would plan it better today.',
];

const shot = (page: Page, name: string, fullPage = false) => page.screenshot({ path: `screenshots/${name}.png`, animations: 'disabled', fullPage });

test('several attempts', async ({ api, page, visitor }) => {
  test.setTimeout(120_000);
  const criteria = [
    { name: 'Leads a team', description: 'team', weight: 2 },
    { name: 'Listens', description: 'listen' },
  ];
  const interview = await api.interview('Store assistant, Berlin', { criteria });
  const add = (person: Record<string, unknown>) => api.send<Candidate>('POST', `/interviews/${interview.id}/candidates?on_duplicate=add`, person);
  const ana = await add({ name: 'Ana Souza', email: 'ana@example.com' });
  const ben = await add({ name: 'Ben Müller', email: 'ben@example.com' });
  const twin = await add({ name: 'Ana S.', email: 'ana@example.com', school: 'University of Somewhere', phone: '+49 30 123456' });
  await add({ name: '王小明', email: 'wang@example.com' });
  for (const [index, text] of answers.entries()) {
    if (index > 0) await api.send('POST', `/candidates/${ana.id}/retakes`, { reason: 'technical_issue', note: 'The Wi-Fi broke down.' });
    await takeAttempt(api, ana, text);
    if (index === 0) {
      const questions = interview.questions.map((question, at) => (at === 2 ? { ...question, text: 'How do you settle a disagreement?' } : question));
      await api.send<Interview>('PATCH', `/interviews/${interview.id}`, { questions });
    }
  }
  await takeAttempt(api, ben, answers[0] ?? '');
  await takeAttempt(api, twin, answers[1] ?? '');
  const asks = await visitor();
  await Landing.open(asks, ben.invite_url);
  await asks.locator('summary').click();
  await asks.getByRole('textbox', { name: 'Why would you like to take it again?' }).fill('My power went out in the middle of the second question.');
  await asks.getByRole('button', { name: 'Ask for another attempt' }).click();

  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  const base = `/w/${slug}/interviews/${interview.id}`;
  const tab = await SessionsTab.open(page, slug, interview.id);
  await page.getByRole('button', { name: 'Show earlier attempts: Ana Souza' }).click();
  await expect(tab.row('Attempt 1')).toBeVisible();
  await shot(page, 'attempts');
  await page.getByRole('checkbox', { name: 'Select Ana Souza' }).check();
  await page.getByRole('checkbox', { name: 'Select 王小明' }).check();
  await page.getByRole('button', { name: 'Grant retakes' }).click();
  await expect(page.getByRole('dialog', { name: 'Grant a retake' })).toBeVisible();
  await shot(page, 'retake');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await tab.row('Ana S.').hover();
  await tab.row('Ana S.').getByRole('button', { name: 'Actions: Ana S.' }).click();
  await page.getByRole('menuitem', { name: 'Possible duplicate…' }).click();
  await expect(page.getByText('After the merge')).toBeVisible();
  await shot(page, 'merge');

  for (const [name, width, scheme] of [
    ['', 1280, 'light'],
    ['-dark', 1280, 'dark'],
    ['-phone', 360, 'light'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(`${base}/candidates/${ana.id}/compare`);
    await expect(page.getByRole('heading', { name: 'Attempts side by side' })).toBeVisible();
    await shot(page, `compare${name}`, true);
    await page.goto(`${base}/retakes`);
    await expect(page.getByRole('heading', { name: 'Retake requests' })).toBeVisible();
    await shot(page, `retakes${name}`);
    await page.goto(`${base}/sessions`);
    await expect(tab.row('Ana Souza')).toBeVisible();
    await shot(page, `attempts-list${name}`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  const { items } = await api.get<{ items: { id: string }[] }>(`/candidates/${ana.id}/sessions`);
  await page.goto(`${base}/sessions/${items[0]?.id}`);
  await expect(page.getByText('Granted because')).toBeVisible();
  await shot(page, 'report-attempts');
  await page.emulateMedia({ media: 'print' });
  await page.goto(`${base}/candidates/${ana.id}/compare`);
  await page.pdf({ path: 'screenshots/compare.pdf', preferCSSPageSize: true });
});
