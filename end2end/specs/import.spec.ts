// Import by Excel as a recruiter meets it: upload, correct a column, fix a cell, choose update, watch, reload, download what was
// rejected, upload it again, take it back.
import { readFileSync } from 'node:fs';
import { expect, test } from '../fixtures.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { ImportDialog, csv } from '../pages/imports.ts';
import type { Api } from '../support/api.ts';

const MANY = 12_000;

interface Counts {
  all: number;
}

const sessionCount = async (api: Api, interview: string) => (await api.get<Counts>(`/interviews/${interview}/sessions/counts`)).all;

test('a table becomes sessions, and can be taken back', async ({ accessible, api, page }) => {
  test.setTimeout(180_000);
  const interview = await api.interview('Imported');
  const ben = await api.candidate(interview.id, { name: 'Ben Doe', email: 'ben@example.com', school: 'Old School' });
  const schoolOfBen = async () => (await api.get<{ name: string; school: string }>(`/candidates/${ben.id}`)).school;
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  await SessionsTab.open(page, slug, interview.id);

  const screen = await ImportDialog.open(page);
  await expect(screen.dialog.getByText('up to 50,000 rows and 25 MB')).toBeVisible();
  await accessible(page, 'import: upload');
  const people = Array.from({ length: MANY }, (_, n) => `Person ${n};person${n}@example.com;+49 30 ${100_000 + n};Uni ${n % 7};2024`);
  await screen.upload(
    csv('people.csv', [
      'Spring campaign 2026',
      '',
      'Who is it;E-Mail;Telefon;Hochschule;Abschlussjahr',
      'Benjamin;BEN@example.com;;New School;',
      'Anna;anna@;;;2025',
      'Twice;person1@example.com;;;',
      'Cleo;cleo@example.com;;;next year',
      ...people,
    ]),
  );

  // Encoding, separator and header row are shown as they were found.
  await expect(screen.dialog.getByRole('combobox', { name: 'Separator' })).toHaveValue(';');
  await expect(screen.dialog.getByRole('combobox', { name: 'Encoding' })).toHaveValue('UTF-8');
  await expect(screen.dialog.getByRole('combobox', { name: 'Header row' })).toHaveValue('3');
  await accessible(page, 'import: match');
  // Nobody can guess this header: the creator says what it is.
  await expect(screen.dialog.getByText('No column is matched to the name')).toBeVisible();
  await expect(screen.dialog.getByRole('button', { name: 'Check rows' })).toBeDisabled();
  await screen.column('Who is it').selectOption('Name');
  await screen.check();

  await expect(screen.chip('All rows')).toHaveText(/12,004/);
  await expect(screen.chip('New')).toHaveText(/12,000/);
  await expect(screen.chip('Already here')).toHaveText(/1$/);
  await expect(screen.chip('Twice in the file')).toHaveText(/1$/);
  await expect(screen.chip('Rejected')).toHaveText(/2$/);
  await accessible(page, 'import: check');
  expect(await sessionCount(api, interview.id), 'nobody was added by a preview').toBe(1);

  // A wrong cell is a field already.
  await screen.chip('Rejected').click();
  await expect(screen.dialog.getByText("B5: 'anna@' is not an email address.")).toBeVisible();
  await screen.cell('Email', 5).fill('anna@example.com');
  await screen.cell('Email', 5).press('Enter');
  await expect(screen.chip('Rejected')).toHaveText(/1$/);
  await expect(screen.chip('New')).toHaveText(/12,001/);
  await expect(screen.cell('Email', 5)).toHaveCount(0);

  await screen.dialog.getByRole('radio', { name: 'Update them' }).check();
  await expect(screen.confirmButton()).toHaveText(/add 12,001, update 1/);
  await page.reload();
  await expect(screen.dialog.getByRole('radio', { name: 'Update them' })).toBeChecked();
  await expect(screen.confirmButton()).toBeEnabled();
  await screen.confirm();

  // It goes on without the page, and the page finds it again.
  await expect(screen.dialog.getByRole('progressbar', { name: 'Importing' })).toBeVisible();
  await page.reload();
  await expect(screen.dialog).toBeVisible();
  await screen.finished();
  await expect(screen.dialog.getByText('12,001 added + 1 updated + 1 skipped + 1 rejected = 12,004 rows in the file')).toBeVisible();
  expect(await sessionCount(api, interview.id)).toBe(12_002);
  expect(await schoolOfBen()).toBe('New School');
  await screen.chip('Skipped').click();
  await expect(screen.dialog.getByText('An earlier row of the file has this email.')).toBeVisible();
  await accessible(page, 'import: done');

  const download = await screen.rejected();
  expect(download.suggestedFilename()).toMatch(/\.xlsx$/);
  const again = readFileSync(await download.path());
  await screen.dialog.getByRole('link', { name: 'Upload the corrected file' }).click();
  await screen.upload({ name: 'rejected-rows.xlsx', buffer: again });
  // The match was remembered.
  await expect(screen.column('Who is it')).toHaveValue('name');
  await screen.check();
  await expect(screen.chip('All rows')).toHaveText(/1$/);
  await screen.cell('Graduation year', 2).fill('2026');
  await screen.cell('Graduation year', 2).press('Enter');
  await expect(screen.confirmButton()).toHaveText(/add 1$/);
  await screen.confirm();
  await screen.finished();
  expect(await sessionCount(api, interview.id)).toBe(12_003);

  await screen.dialog.getByRole('link', { name: 'Go to the sessions', exact: true }).click();
  await page.waitForURL(/\/sessions$/);
  const past = page.getByRole('region', { name: 'Imports' });
  await expect(past.getByRole('row').filter({ hasText: 'people.csv' })).toContainText('12,001 added, 1 updated, 1 skipped, 1 rejected');
  await accessible(page, 'Sessions tab with imports');
  await past.getByRole('button', { name: 'Undo import: people.csv' }).click();
  await page.getByRole('dialog', { name: 'Undo this import?' }).getByRole('button', { name: 'Undo import' }).click();
  await expect(past.getByRole('row').filter({ hasText: 'people.csv' })).toContainText('12,001 removed, 1 restored', { timeout: 60_000 });
  expect(await sessionCount(api, interview.id)).toBe(2);
  expect(await schoolOfBen()).toBe('Old School');
});

test('a file that is none is refused with a sentence, and nothing is left', async ({ api, complaints, page }) => {
  complaints.allow(/status of 4\d\d/);
  const interview = await api.interview('Refused');
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  await page.goto(`/w/${slug}/interviews/${interview.id}/imports/new`);
  const screen = new ImportDialog(page);
  await screen.hydrated();
  const input = screen.dialog.getByLabel('Choose file');
  for (const [name, bytes, sentence] of [
    ['people.xlsx', '', 'The file is empty.'],
    ['people.xlsx', '%PDF-1.7 and so on', 'This is a PDF, not a spreadsheet.'],
    ['people.csv', 'Name,Email\n', 'The file has a header row but no people under it.'],
    ['people.csv', 'Name,Email\n"Ana,a@example.com\n', 'Line 2 opens a quotation mark'],
  ] as const) {
    await input.setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
    await expect(screen.dialog.getByRole('alert')).toContainText(sentence);
    await expect(screen.dialog.getByRole('alert')).toContainText('Nothing was added.');
  }
  // A text of two encodings is read in the one that the creator names.
  const mixed = Buffer.concat([Buffer.from('Name,Email\nJosé,j@example.com\n'), Buffer.from('Jürgen,g@example.com\n', 'latin1')]);
  await input.setInputFiles({ name: 'mixed.csv', mimeType: 'text/csv', buffer: mixed });
  await expect(screen.dialog.getByRole('alert')).toContainText('The file mixes encodings: line 3');
  await screen.dialog.getByRole('combobox', { name: 'Or read it in this encoding' }).selectOption('windows-1252');
  await screen.dialog.getByRole('button', { name: 'Read again' }).click();
  await page.waitForURL(/\/match$/);
  await expect(screen.dialog.getByRole('combobox', { name: 'Encoding' })).toHaveValue('windows-1252');
  await screen.check();
  await screen.dialog.getByRole('button', { name: 'Discard import' }).click();
  await page.getByRole('dialog', { name: 'Discard this import?' }).getByRole('button', { name: 'Discard import' }).click();
  await page.waitForURL(/\/sessions$/);
  await page.goto(`/w/${slug}/interviews/${interview.id}/imports/new`);
  await screen.hydrated();
  // Dropped and pasted files come the same way.
  for (const kind of ['drop', 'paste'] as const) {
    await page.evaluate((kind) => {
      const data = new DataTransfer();
      data.items.add(new File(['Name,Email\n'], `${kind}.csv`, { type: 'text/csv' }));
      if (kind === 'drop') {
        document.querySelector('.drop')?.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
      } else {
        document.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }));
      }
    }, kind);
    await expect(screen.dialog.getByRole('alert')).toContainText('The file has a header row but no people under it.');
    await input.setInputFiles({ name: 'x.csv', mimeType: 'text/csv', buffer: Buffer.from('') });
    await expect(screen.dialog.getByRole('alert')).toContainText('The file is empty.');
  }
  await page.keyboard.press('Escape');
  await page.waitForURL(/\/sessions$/);
  await expect(page.getByRole('region', { name: 'Imports' }).getByRole('row').filter({ hasText: 'mixed.csv' })).toContainText('Cancelled');
  await expect(page.getByRole('region', { name: 'Imports' }).getByRole('row')).toHaveCount(2);
  expect(await sessionCount(api, interview.id)).toBe(0);
});

test('a workbook is read another way, and a row is corrected as a whole', async ({ api, page }) => {
  const interview = await api.interview('Another way');
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  await page.goto(`/w/${slug}/interviews/${interview.id}/imports/new`);
  const screen = new ImportDialog(page);
  await screen.hydrated();
  // Windows-1252, without a header: every row is a person.
  await screen.upload({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from('J\xfcrgen Gro\xdf;j@example.com\nZo\xeb;z@example.com\n', 'latin1') });
  const header = screen.dialog.getByRole('combobox', { name: 'Header row' });
  await expect(header).toHaveValue('0');
  await expect(screen.dialog.getByRole('combobox', { name: 'Encoding' })).toHaveValue('windows-1252');
  await header.selectOption('1');
  await expect(screen.column('j@example.com')).toBeVisible();
  await header.selectOption('0');
  await screen.column('Column A').selectOption('Name');
  await expect(screen.column('Column B')).toHaveValue('email');
  await screen.check();
  await expect(screen.chip('New')).toHaveText(/2$/);
  await screen.dialog.getByRole('button', { name: 'Edit row 2' }).click();
  await screen.cell('Name', 2).fill('Zoë Renamed');
  await screen.cell('Email', 2).fill('j@example.com');
  await screen.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(screen.chip('Twice in the file')).toHaveText(/1$/);
  await screen.dialog.getByRole('radio', { name: 'Add anyway' }).check();
  await expect(screen.confirmButton()).toHaveText(/add 2$/);
  await screen.confirm();
  await screen.finished();
  await screen.dialog.getByRole('button', { name: 'Undo import' }).click();
  await page.getByRole('dialog', { name: 'Undo this import?' }).getByRole('button', { name: 'Undo import' }).click();
  await expect(screen.dialog.getByText('2 candidates removed.')).toBeVisible();
  expect(await sessionCount(api, interview.id)).toBe(0);
});

test('what is corrected or chosen while another change is on its way goes out too, and confirming waits for it', async ({ api, complaints, page }) => {
  complaints.allow(/status of 409/);
  const interview = await api.interview('In a hurry');
  await api.candidate(interview.id, { name: 'Ben Doe', email: 'ben@example.com' });
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  await page.goto(`/w/${slug}/interviews/${interview.id}/imports/new`);
  const screen = new ImportDialog(page);
  await screen.hydrated();
  await screen.upload(csv('people.csv', ['Name;Email;Graduation year', 'Anna;anna@;next year', 'Benjamin;ben@example.com;']));
  await screen.check();
  await expect(screen.chip('Rejected')).toHaveText(/1$/);
  /** Holds what goes to `path` until the function that it answers is called. */
  const hold = async (path: string): Promise<() => void> => {
    let free = () => {};
    const freed = new Promise<void>((done) => (free = done));
    await page.route(path, async (route) => {
      await freed;
      await route.continue();
    });
    return free;
  };

  // Two wrong cells of a row, the second one left before the first one is saved.
  const correct = await hold('**/sfn/imports/correct');
  await screen.cell('Email', 2).fill('anna@example.com');
  await screen.cell('Email', 2).press('Tab');
  await screen.cell('Graduation year', 2).fill('2024');
  await screen.cell('Graduation year', 2).press('Tab');
  await expect(screen.confirmButton()).toHaveAttribute('aria-busy', 'true');
  correct();
  await expect(screen.chip('Rejected')).toHaveText(/0$/);
  await expect(screen.cell('Email', 2)).toHaveCount(0);
  await expect(screen.cell('Graduation year', 2)).toHaveCount(0);
  await expect(screen.confirmButton()).toHaveText(/add 1$/);

  const match = await hold('**/sfn/imports/match');
  await screen.dialog.getByRole('radio', { name: 'Update them' }).check();
  await expect(screen.confirmButton()).toHaveAttribute('aria-busy', 'true');
  await screen.confirmButton().click();
  await expect(page).toHaveURL(/\/check$/);
  match();
  await expect(screen.confirmButton()).toHaveText(/add 1, update 1$/);

  // Somebody else chooses: what stands on the button holds no more, and nothing is imported by it.
  const id = new URL(page.url()).pathname.split('/').at(-2) ?? '';
  await api.send('PATCH', `/imports/${id}`, { on_duplicate: 'add' });
  await screen.confirmButton().click();
  await expect(screen.dialog.getByRole('alert')).toContainText('was changed meanwhile');
  await expect(screen.confirmButton()).toHaveText(/add 2$/);
  expect(await sessionCount(api, interview.id)).toBe(1);
  await screen.confirm();
  await screen.finished();
  expect(await sessionCount(api, interview.id)).toBe(3);
});

test('a login that ends in the middle of an import is renewed beside it', async ({ api, complaints, page }) => {
  complaints.allow(/status of 401/);
  const interview = await api.interview('Logged out');
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  const slug = new URL(page.url()).pathname.split('/')[2] ?? '';
  await page.goto(`/w/${slug}/interviews/${interview.id}/imports/new`);
  const screen = new ImportDialog(page);
  await screen.hydrated();
  await screen.upload(csv('people.csv', ['Name;Email', 'Anna;anna@example.com']));
  await screen.check();
  await page.context().clearCookies();
  await screen.confirmButton().click();
  await expect(screen.dialog.getByRole('alert')).toContainText('You are logged out');
  await expect(screen.dialog.getByRole('alert')).toBeInViewport();
  const opened = page.context().waitForEvent('page');
  await screen.dialog.getByRole('link', { name: 'Log in in a new tab' }).click();
  const beside = await opened;
  await new SignIn(beside).as();
  await beside.close();
  await screen.confirm();
  await screen.finished();
  expect(await sessionCount(api, interview.id)).toBe(1);
});
