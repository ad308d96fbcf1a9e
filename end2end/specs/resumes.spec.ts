// Import by resumes, from the menu to the candidates; and the resume that fills the form of one candidate.
import { type Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { file, resume, scan } from '../support/pdf.ts';

const slugOf = (page: Page) => new URL(page.url()).pathname.split('/')[2] ?? '';

/** The Sessions tab of a new interview, signed in. */
async function sessions(page: Page, interview: string): Promise<SessionsTab> {
  await (await SignIn.open(page)).as();
  return SessionsTab.open(page, slugOf(page), interview);
}

async function openImport(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: /Import by resumes/ }).click();
  await expect(page.getByRole('heading', { name: 'Import by resumes' })).toBeVisible();
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
}

test('many resumes become candidates after review', async ({ page, api, accessible, complaints }) => {
  complaints.allow(/status of 422/); // a correction that is no email address
  test.setTimeout(90_000);
  const interview = await api.interview('Resume batch');
  const before = await api.get<{ balance: number }>('/tokens');
  await api.candidate(interview.id, { name: 'Ana', email: 'ana.lima@example.com' });
  const tab = await sessions(page, interview.id);
  await openImport(page);
  const dialog = page.getByRole('dialog', { name: 'Import by resumes' });
  await expect(dialog.getByRole('link', { name: 'Close and go to the sessions' })).toHaveAttribute('href', new RegExp(`${interview.id}/sessions$`));
  await expect(dialog.locator('[aria-current=step]')).toContainText('Upload');
  await accessible(page, 'empty import by resumes');
  const ana = resume('Ana Lima', 'ana.lima@example.com');
  await page.getByLabel('Choose files').setInputFiles([
    file('ana.pdf', ana),
    file('ana copy.pdf', ana),
    file('ben.pdf', resume('Ben Doe', 'ben.doe@example.com')),
    file('nameless.pdf', resume('', 'cleo.ray@example.com')),
    file('scan.pdf', scan()),
    file('notes.txt', Buffer.from('notes')),
  ]);
  // Said before anything runs: duplicates and what cannot be read cost nothing.
  await expect(page.getByText(`4 files · 20 AI tokens · ${before.balance - 20} left`)).toBeVisible();
  await expect(page.getByText('The same file as ana.pdf')).toBeVisible();
  expect((await api.get<{ balance: number }>('/tokens')).balance).toBe(before.balance);
  await accessible(page, 'uploaded resumes');

  await page.getByRole('button', { name: 'Parse resumes' }).click();
  await expect(page.getByRole('heading', { name: 'Check what was found' })).toBeVisible({ timeout: 30_000 });
  await expect(dialog.locator('[aria-current=step]')).toContainText('Review');
  await expect(page.getByText('built-in extractor, no AI model')).toBeVisible();
  await expect(page.getByText('Scanned: no text in this PDF')).toBeVisible();
  await expect(page.getByText('Possible duplicate')).toBeVisible();
  expect(await api.get<object>('/tokens')).toMatchObject({ balance: before.balance - 15, reserved: 0 });
  await accessible(page, 'review of resumes');

  // The source of a value: by keyboard as by mouse.
  const email = page.getByRole('button', { name: 'Email: ben.doe@example.com' });
  await email.focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('tooltip').filter({ hasText: 'ben.doe@example.com' })).toBeVisible();

  // It stands beside its value also where the table has been scrolled.
  const shown = page.viewportSize() ?? { width: 1280, height: 800 };
  await page.setViewportSize({ width: shown.width, height: 360 });
  await email.evaluate((button) => button.scrollIntoView({ block: 'start' }));
  await email.hover();
  const [value, source] = await Promise.all([email.boundingBox(), page.getByRole('tooltip').filter({ hasText: 'ben.doe@example.com' }).boundingBox()]);
  if (!value || !source) throw new Error('not to be seen');
  expect(Math.min(Math.abs(source.y - value.y - value.height), Math.abs(source.y + source.height - value.y))).toBeLessThan(16);
  await page.setViewportSize(shown);

  // A bad correction is refused beside its field; a good one is kept through a reload.
  await email.click();
  await page.getByRole('textbox', { name: 'Email' }).fill('ben@');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'is not an email address' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Email' }).fill('ben@example.com');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Email: ben@example.com' })).toBeFocused();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Email: ben@example.com' })).toBeVisible();
  await expect(page.locator('html[data-hydrated]')).toBeAttached();

  // The one without a name waits until it has one.
  await expect(page.getByRole('button', { name: 'Add 2 candidates' })).toBeVisible();
  await page.getByRole('button', { name: /^Name: No name/ }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Cleo Ray');
  await page.keyboard.press('Enter');
  // Ana is here already: out with her.
  await page.getByRole('button', { name: 'Remove: ana.pdf' }).click();
  await page.getByRole('dialog', { name: 'Remove this resume?' }).getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Add 2 candidates' }).click();
  await expect(page.getByRole('heading', { name: '2 candidates added' })).toBeVisible();
  await page.getByRole('link', { name: 'Go to the sessions', exact: true }).click();
  await expect(tab.row('Ben Doe').getByText('Resume')).toBeVisible();
  await expect(tab.row('Cleo Ray').getByText('Not started')).toBeVisible();

  // The PDF is with the candidate, as a download.
  await tab.row('Ben Doe').getByRole('link', { name: 'Ben Doe' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'ben.pdf' }).click();
  expect((await download).suggestedFilename()).toBe('ben.pdf');
});

test('files that a lost network kept back are sent by one press', async ({ page, api, complaints }) => {
  complaints.allow(/net::ERR_/);
  const interview = await api.interview('Lost network');
  await sessions(page, interview.id);
  await openImport(page);
  let through = 1;
  await page.route(/\/upload\/.*\/files$/, (route) => {
    through -= 1;
    return through < 0 ? route.abort() : route.continue();
  });
  await page.getByLabel('Choose files').setInputFiles([
    file('ana.pdf', resume('Ana Lima', 'ana@example.com')),
    file('ben.pdf', resume('Ben Doe', 'ben@example.com')),
    file('cleo.pdf', resume('Cleo Ray', 'cleo@example.com')),
  ]);
  // Said once, not once for each file; what has arrived is there.
  await expect(page.getByRole('alert')).toContainText('2 of 3 files are not uploaded yet');
  await expect(page.getByRole('row').filter({ hasText: 'ana.pdf' })).toBeVisible();
  through = 3;
  await page.getByRole('button', { name: 'Send the other 2' }).click();
  await expect(page.getByText(/^3 files · 15 AI tokens/)).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('too few tokens are said before anything runs, and a batch survives everything', async ({ ownServer, visitor, complaints }) => {
  complaints.allow(/net::ERR_/); // while the server is gone
  test.setTimeout(90_000);
  const server = await ownServer('resumes-poor', { PARLEY_INITIAL_TOKENS: '7' });
  server.addOwner();
  const page = await visitor({ baseURL: server.url });
  await (await SignIn.open(page)).as();
  const slug = slugOf(page);
  await page.goto(`/w/${slug}/interviews/new`);
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
  await page.getByRole('textbox', { name: 'Title' }).fill('Few tokens');
  await page.getByRole('button', { name: 'Create interview' }).click();
  await page.waitForURL(/\/content/);
  const interview = new URL(page.url()).pathname.split('/')[4] ?? '';
  await SessionsTab.open(page, slug, interview);
  await openImport(page);
  await page.getByLabel('Choose files').setInputFiles([
    file('ana.pdf', resume('Ana Lima', 'ana@example.com')),
    file('ben.pdf', resume('Ben Doe', 'ben@example.com')),
  ]);
  await expect(page.getByText('These take 10 AI tokens and 7 are left: 3 are missing.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Parse resumes' })).toBeDisabled();
  // The server is gone and comes back; so does the person, by the list of what is under way.
  await server.kill();
  await server.run();
  server.command(['tokens', 'grant', '--amount', '3']);
  await page.goto(`/w/${slug}/interviews/${interview}/resumes`);
  await page.getByRole('link', { name: 'Continue' }).click();
  await expect(page.getByText('2 files · 10 AI tokens · 0 left')).toBeVisible();
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
  await page.getByRole('button', { name: 'Parse resumes' }).click();
  await expect(page.getByRole('button', { name: 'Add 2 candidates' })).toBeVisible({ timeout: 30_000 });
});

test('a resume fills the empty fields of one candidate', async ({ page, api, accessible, complaints }) => {
  complaints.allow(/status of 422/); // a scan
  const interview = await api.interview('Fill a form');
  const before = await api.get<{ balance: number }>('/tokens');
  await sessions(page, interview.id);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: /Create individually/ }).click();
  const sheet = page.getByRole('dialog', { name: 'Create individually' });
  await expect(sheet.getByText('Upload a resume · 5 AI tokens')).toBeVisible();
  await sheet.getByRole('textbox', { name: /^Phone/ }).fill('+49 40 7654321');
  await sheet.getByLabel(/Upload a resume/).setInputFiles(file('ana.pdf', resume('Ana Lima', 'ana.lima@example.com')));
  await expect(sheet.getByRole('textbox', { name: /^Name/ })).toHaveValue('Ana Lima');
  await expect(sheet.getByRole('textbox', { name: /^Email/ })).toHaveValue('ana.lima@example.com');
  await expect(sheet.getByRole('textbox', { name: /^Phone/ })).toHaveValue('+49 40 7654321');
  await expect(sheet.getByText('From the resume: “ana.lima@example.com”')).toBeVisible();
  await accessible(page, 'form filled from a resume');
  // Taken back, and filled again.
  await sheet.getByRole('button', { name: 'Undo' }).click();
  await expect(sheet.getByRole('textbox', { name: /^Name/ })).toHaveValue('');
  await expect(sheet.getByRole('textbox', { name: /^Phone/ })).toHaveValue('+49 40 7654321');
  await sheet.getByLabel(/Upload a resume/).setInputFiles(file('scan.pdf', scan()));
  await expect(sheet.getByRole('alert').filter({ hasText: 'Scanned' })).toBeVisible();
  expect((await api.get<{ balance: number }>('/tokens')).balance).toBe(before.balance - 5);
  // Nothing was saved by any of this.
  expect((await api.get<{ items: unknown[] }>(`/interviews/${interview.id}/candidates`)).items).toEqual([]);
});
