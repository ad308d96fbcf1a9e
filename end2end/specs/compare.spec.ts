// Attempts side by side: differences that need no colour, changed questions, which one counts; linkable and printable.
import { expect, test } from '../fixtures.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { takeAttempt } from '../support/attempt.ts';
import type { Candidate, Interview } from '../support/api.ts';

const weak = 'I like it.';
const strong = 'I led the team, I listen to everybody, and the result was a faster build.';

test('two attempts side by side, the question changed in between', async ({ api, page, visitor, accessible }) => {
  const interview = await api.interview('Compared');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  const first = await takeAttempt(api, ana, weak);
  const questions = interview.questions.map((question, index) => (index === 2 ? { ...question, text: 'How do you settle a disagreement?' } : question));
  await api.send<Interview>('PATCH', `/interviews/${interview.id}`, { questions });
  await api.send('POST', `/candidates/${ana.id}/retakes`, { reason: 'accommodation' });
  const second = await takeAttempt(api, ana, strong);
  const third = await api.send<{ attempt: number }>('POST', `/candidates/${ana.id}/retakes`, { reason: 'requested' });
  expect(third.attempt).toBe(3);
  const difference = (second.score ?? 0) - (first.score ?? 0);
  expect(difference, 'the second attempt is the better one').toBeGreaterThan(0);

  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  const tab = await SessionsTab.open(page, slug, interview.id);
  await tab.row('Ana Souza').hover();
  await tab.row('Ana Souza').getByRole('button', { name: 'Actions: Ana Souza' }).click();
  await page.getByRole('menuitem', { name: 'Compare attempts' }).click();
  await expect(page.getByRole('heading', { name: 'Attempts side by side' })).toBeVisible();

  // Who has not started has nothing to compare; it is offered, not shown.
  const columns = page.getByRole('columnheader');
  await expect(columns.filter({ hasText: /^Attempt/ })).toHaveCount(2);
  await expect(page.getByRole('navigation', { name: 'Attempts to compare' }).getByRole('link', { name: 'Attempt 3' })).toBeVisible();
  const overall = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Overall' }) });
  await expect(overall).toContainText((first.score ?? 0).toFixed(1));
  await expect(overall).toContainText((second.score ?? 0).toFixed(1));
  await expect(overall).toContainText(`▲ +${difference.toFixed(1)}`);
  await expect(overall).toContainText(`${difference.toFixed(1)} higher than attempt 1`);
  await expect(overall.locator('svg')).toHaveCount(2);
  const changed = page.getByRole('row').filter({ hasText: 'How do you settle a disagreement?' });
  await expect(changed.getByText('changed')).toBeVisible();
  const unchanged = page.getByRole('row').filter({ hasText: 'Tell me about a project' });
  await expect(unchanged.getByText('changed')).toHaveCount(0);

  // Transcripts by question, an attempt a column, with the words that the candidate read.
  const said = page.getByRole('region', { name: 'Question 3' });
  await expect(said.getByText('Asked differently here: How do you handle a disagreement?')).toBeVisible();
  await expect(said.getByText(weak)).toBeVisible();
  await expect(said.getByText(strong)).toBeVisible();
  await accessible(page, 'comparison');

  // The newest completed attempt counts until somebody says otherwise; then lists say which one they show.
  await expect(columns.filter({ hasText: 'Attempt 2' }).getByText('counts', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Let this attempt count: Attempt 1' }).click();
  await expect(columns.filter({ hasText: 'Attempt 1' }).getByText('counts', { exact: true })).toBeVisible();
  await SessionsTab.open(page, slug, interview.id);
  await expect(tab.row('Ana Souza')).toContainText(`${(first.score ?? 0).toFixed(1)} attempt 1`);

  // The address is all that a colleague needs, and says which attempts.
  const address = `/w/${slug}/interviews/${interview.id}/candidates/${ana.id}/compare?attempts=2`;
  const colleague = await visitor();
  await (await SignIn.open(colleague)).as();
  await colleague.waitForURL(/\/w\/[^/]+/);
  await colleague.goto(address);
  await expect(colleague.getByRole('columnheader').filter({ hasText: /^Attempt/ })).toHaveCount(1);
  await expect(colleague.getByText(weak)).toHaveCount(0);
  await colleague.getByRole('link', { name: 'Attempt 1', exact: true }).first().click();
  await colleague.waitForURL(/attempts=1\.2/);
  await expect(colleague.getByRole('columnheader').filter({ hasText: /^Attempt/ })).toHaveCount(2);

  // On paper: no controls, nothing cut off at the side of an A4 page.
  await colleague.emulateMedia({ media: 'print' });
  await expect(colleague.getByRole('button', { name: 'Print' })).toBeHidden();
  await colleague.setViewportSize({ width: 688, height: 1000 }); // A4 less its margins, in CSS pixels
  const wide = await colleague.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, 'nothing stands out at the side').toBeLessThanOrEqual(0);
  const pdf = (await colleague.pdf({ preferCSSPageSize: true })).toString('latin1');
  expect(pdf).toMatch(/\/MediaBox\s*\[\s*0 0 (594|595|596)(\.\d+)? (841|842)(\.\d+)?\s*\]/);
});

test('without scripts the comparison is read and an attempt is marked all the same', async ({ api, visitor }) => {
  const interview = await api.interview('Compared without scripts', {
    questions: [
      { kind: 'open', text: 'Why?', expected_points: ['team'] },
      { kind: 'code', text: 'Turn a list around.' },
    ],
  });
  const ana: Candidate = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  await takeAttempt(api, ana, weak);
  await api.send('POST', `/candidates/${ana.id}/retakes`, { reason: 'other' });
  await takeAttempt(api, ana, strong);
  const page = await visitor({ javaScriptEnabled: false });
  await (await SignIn.open(page)).as();
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  await page.goto(`/w/${slug}/interviews/${interview.id}/candidates/${ana.id}/compare`);
  await expect(page.getByText('▲ +')).not.toHaveCount(0);
  // Code stands in columns of equal letters, as in the report.
  await expect(page.getByRole('region', { name: 'Question 1' }).getByText(strong)).not.toHaveCSS('font-family', /mono/);
  await expect(page.getByRole('region', { name: 'Question 2' }).getByText(strong)).toHaveCSS('font-family', /mono/);
  await page.getByRole('button', { name: 'Let this attempt count: Attempt 1' }).click();
  await page.waitForURL(/\/compare$/);
  await expect(page.getByRole('columnheader').filter({ hasText: 'Attempt 1' }).getByText('counts', { exact: true })).toBeVisible();
});
