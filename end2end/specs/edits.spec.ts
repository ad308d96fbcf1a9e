// What somebody began to write and did not save: it comes back, and it takes nobody else's work away unasked.
import type { Dialog, Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Editor, SessionsTab, SettingsTab, SignIn } from '../pages/creator.ts';
import { ImportDialog, csv } from '../pages/imports.ts';
import { file, resume } from '../support/pdf.ts';

async function signIn(page: Page): Promise<string> {
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

/** Waits until the browser keeps this, and loads the page anew. */
async function again(page: Page, words: string): Promise<void> {
  await expect.poll(() => page.evaluate((words) => Object.values(localStorage).some((kept) => String(kept).includes(words)), words)).toBe(true);
  // Only a page that somebody has pressed on may ask before it goes.
  await page.getByRole('heading', { level: 1 }).click();
  const accept = (dialog: Dialog) => void dialog.accept();
  page.on('dialog', accept);
  await page.reload();
  page.off('dialog', accept);
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
  await expect(page.getByText('Your unsaved changes are back')).toBeVisible();
}

const since = /has been saved by someone since/;
const asks = 'Someone saved this interview meanwhile';

test('edits of an earlier visit ask where somebody saved the same since, and only there', async ({ api, page, complaints }) => {
  complaints.allow(/status of 409/);
  const interview = await api.interview('Kept beside others');
  const change = (what: unknown) => api.send('PATCH', `/interviews/${interview.id}`, what);
  const slug = await signIn(page);
  const editor = await Editor.open(page, slug, interview.id);
  await editor.text(1).fill('Mine, and not saved');
  // Something else of the interview is another now: nobody is in anybody's way.
  await change({ settings: { interviewer_name: 'Kim' } });
  await again(page, 'Mine, and not saved');
  await expect(page.getByText(since)).toHaveCount(0);
  await editor.save();
  await expect(page.getByText(asks)).toHaveCount(0);

  // The same is another now, and what is changed beside it makes no difference.
  await editor.text(1).fill('Mine once more');
  await again(page, 'Mine once more');
  await change({ objective: 'Theirs' });
  await again(page, 'Mine once more');
  await expect(page.getByText(since)).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Save and open' })).toBeVisible();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText(asks)).toBeVisible();
  // Not even after a further visit.
  await again(page, 'Mine once more');
  await expect(page.getByText(since)).toBeVisible();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText(asks)).toBeVisible();
  expect((await api.get<{ objective: string }>(`/interviews/${interview.id}`)).objective).toBe('Theirs');
  await page.getByRole('button', { name: 'Replace with mine' }).click();
  await expect(page.getByText('Changes saved').first()).toBeVisible();
  await expect(page.getByText('Your unsaved changes are back')).toHaveCount(0);
});

test('settings of an earlier visit ask as well', async ({ api, page, complaints }) => {
  complaints.allow(/status of 409/);
  const interview = await api.interview('Settings beside others');
  const change = (what: unknown) => api.send('PATCH', `/interviews/${interview.id}`, what);
  const slug = await signIn(page);
  await SettingsTab.open(page, slug, interview.id);
  const name = page.getByRole('textbox', { name: "Interviewer's name" });
  await name.fill('Kim of mine');
  await change({ objective: 'Theirs' });
  await again(page, 'Kim of mine');
  await expect(page.getByText(since)).toHaveCount(0);
  await change({ settings: { self_retakes: 3 } });
  await again(page, 'Kim of mine');
  await expect(page.getByText(since)).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Save and open' })).toBeVisible();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText(asks)).toBeVisible();
  await page.getByRole('button', { name: 'Load the saved version' }).click();
  await expect(page.getByLabel('Retakes without asking')).toHaveValue('3');
  await expect(name).toHaveValue('Robin');
});

test('a reason that is not recorded outlasts the page, and a tab that is closed with it asks', async ({ api, page }) => {
  const interview = await api.interview('Begun');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza' });
  const slug = await signIn(page);
  await page.goto(`/w/${slug}/interviews/${interview.id}/sessions/${ana.session.id}`);
  const tab = new SessionsTab(page);
  await tab.hydrated();
  const reason = page.getByRole('textbox', { name: 'Reason' });
  await page.getByRole('radio', { name: 'Hold' }).check();
  await reason.pressSequentially('To be thought about');
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Begun' }).click();
  await page.waitForURL(/\/sessions$/);
  await tab.row('Ana Souza').getByRole('link', { name: 'Ana Souza' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Ana Souza' })).toBeVisible();
  await expect(reason).toHaveValue('To be thought about');
  await expect(page.getByRole('radio', { name: 'Hold' })).toBeChecked();
  let asked = '';
  page.once('dialog', (dialog) => {
    asked = dialog.type();
    void dialog.accept();
  });
  await page.reload();
  expect(asked).toBe('beforeunload');
  // Recorded, nothing of it is left to ask about.
  await tab.hydrated();
  await page.getByRole('radio', { name: 'Hold' }).check();
  await reason.pressSequentially('Not yet');
  await page.getByRole('button', { name: 'Record decision' }).click();
  await expect(page.getByText('Decision recorded').first()).toBeVisible();
  await expect(reason).toHaveValue('');
  page.once('dialog', () => (asked = 'again'));
  await page.reload();
  await tab.hydrated();
  expect(asked).toBe('beforeunload');
});

test('what was typed of a candidate is there again after the page was left with it, and a tab that is closed with it asks', async ({ api, page }) => {
  const interview = await api.interview('Half a person');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza' });
  const slug = await signIn(page);
  await page.goto(`/w/${slug}/interviews/${interview.id}/results`);
  const tab = new SessionsTab(page);
  await tab.hydrated();
  const sessions = page.getByRole('navigation', { name: 'Interview' }).getByRole('link', { name: 'Sessions' });
  const create = page.getByRole('dialog', { name: 'Create individually' });
  const edit = page.getByRole('dialog', { name: 'Edit candidate' });
  const back = page.getByText('Your unsaved changes are back');
  const add = async () => {
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('menuitem', { name: /Create individually/ }).click();
  };
  const change = async () => {
    await tab.row('Ana Souza').hover();
    await tab.row('Ana Souza').getByRole('button', { name: 'Actions: Ana Souza' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
  };
  await sessions.click();
  await add();
  await create.getByRole('textbox', { name: /^Name/ }).fill('Bo Half');
  await page.goBack();
  await page.waitForURL(/\/results$/);
  await sessions.click();
  await add();
  await expect(create.getByRole('textbox', { name: /^Name/ })).toHaveValue('Bo Half');
  await expect(back).toBeVisible();
  // Discarded it does not come back.
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await add();
  await expect(create.getByRole('textbox', { name: /^Name/ })).toHaveValue('');
  await expect(back).toHaveCount(0);
  await page.keyboard.press('Escape');

  await change();
  await expect(edit.getByRole('textbox', { name: /^Name/ })).toHaveValue('Ana Souza');
  await edit.getByRole('textbox', { name: 'Phone' }).fill('+49 30 123456');
  await page.goBack();
  await page.waitForURL(/\/results$/);
  await sessions.click();
  await change();
  await expect(edit.getByRole('textbox', { name: 'Phone' })).toHaveValue('+49 30 123456');
  await page.goBack();
  await page.waitForURL(/\/results$/);
  // Somebody else wrote about them meanwhile: that is what there is to go on from.
  await api.send('PATCH', `/candidates/${ana.id}`, { school: 'Theirs' });
  await sessions.click();
  await change();
  await expect(edit.getByRole('textbox', { name: 'School' })).toHaveValue('Theirs');
  await expect(edit.getByRole('textbox', { name: 'Phone' })).toHaveValue('');

  await edit.getByRole('textbox', { name: 'Phone' }).pressSequentially('1');
  let asked = '';
  page.once('dialog', (dialog) => {
    asked = dialog.type();
    void dialog.accept();
  });
  await page.reload();
  expect(asked).toBe('beforeunload');
});

test('two who edit one candidate are both heard, and asked only where both changed the same', async ({ accessible, api, complaints, page, visitor }) => {
  complaints.allow(/status of 409/);
  const interview = await api.interview('Two hands');
  const ana = await api.candidate(interview.id, { name: 'Ana Souza' });
  const slug = await signIn(page);
  const other = await visitor();
  await signIn(other);
  const edit = async (page: Page) => {
    const tab = await SessionsTab.open(page, slug, interview.id);
    await tab.row('Ana Souza').hover();
    await tab.row('Ana Souza').getByRole('button', { name: 'Actions: Ana Souza' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    const sheet = page.getByRole('dialog', { name: 'Edit candidate' });
    await expect(sheet.getByRole('textbox', { name: /^Name/ })).toHaveValue('Ana Souza');
    return {
      sheet,
      field: (name: string) => sheet.getByRole('textbox', { name }),
      asked: sheet.getByRole('alert').filter({ hasText: 'Someone saved this candidate meanwhile' }),
      press: (name: string) => sheet.getByRole('button', { name }).click(),
      saved: () => expect(sheet).toBeHidden(),
    };
  };
  const both = async () => [await edit(page), await edit(other)] as const;
  const now = async (what: Record<string, unknown>) => expect(await api.get(`/candidates/${ana.id}`)).toMatchObject(what);

  // Different fields: nobody is in anybody's way.
  let [mine, theirs] = await both();
  await theirs.field('Phone').fill('+49 30 111111');
  await theirs.press('Save changes');
  await theirs.saved();
  await mine.field('School').fill('Of mine');
  await mine.press('Save changes');
  await mine.saved();
  await now({ phone: '+49 30 111111', school: 'Of mine' });

  // The same field: theirs stays until it is said whose is to stay, and so does all that was typed.
  [mine, theirs] = await both();
  await theirs.field('Phone').fill('+49 30 222222');
  await theirs.field('Notes').fill('Called on Monday');
  await theirs.press('Save changes');
  await theirs.saved();
  await mine.field('Phone').fill('+49 30 333333');
  await mine.field('Major').fill('Physics');
  await mine.press('Save changes');
  await expect(mine.asked).toContainText('+49 30 222222');
  await expect(mine.asked).not.toContainText('Called on Monday');
  await accessible(page, 'a candidate whom somebody else saved');
  // Pressed again nothing is taken for an answer.
  await Promise.all([page.waitForResponse('**/sfn/candidates/get'), mine.press('Save changes')]);
  await expect(mine.asked).toBeVisible();
  await expect(mine.field('Phone')).toHaveValue('+49 30 333333');
  await now({ phone: '+49 30 222222', major: null });
  await mine.press('Take theirs');
  await expect(mine.asked).toHaveCount(0);
  await expect(mine.field('Phone')).toHaveValue('+49 30 222222');
  await expect(mine.field('Phone')).toBeFocused();
  await expect(mine.field('Notes')).toHaveValue('Called on Monday');
  await expect(mine.field('Major')).toHaveValue('Physics');
  await mine.press('Save changes');
  await mine.saved();
  await now({ phone: '+49 30 222222', notes: 'Called on Monday', major: 'Physics' });

  // Mine all the same: what they changed beside it stays theirs.
  [mine, theirs] = await both();
  await theirs.field('Phone').fill('');
  await theirs.field('Degree').fill('Of theirs');
  await theirs.press('Save changes');
  await theirs.saved();
  await mine.field('Phone').fill('+49 30 444444');
  await mine.press('Save changes');
  await expect(mine.asked).toContainText('(emptied)');
  await mine.press('Save mine all the same');
  await mine.saved();
  await now({ phone: '+49 30 444444', degree: 'Of theirs', notes: 'Called on Monday' });
});

test('what is answered after a sheet was closed is not taken for the next person', async ({ api, page }) => {
  const interview = await api.interview('Too late');
  const slug = await signIn(page);
  await SessionsTab.open(page, slug, interview.id);
  const create = page.getByRole('dialog', { name: 'Create individually' });
  const name = create.getByRole('textbox', { name: /^Name/ });
  const add = async () => {
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('menuitem', { name: /Create individually/ }).click();
    await expect(name).toBeVisible();
  };
  /** Lets the answer of what is done meanwhile wait, and waits for it. */
  const late = async (path: string, act: () => Promise<void>): Promise<void> => {
    let release = () => {};
    const free = new Promise<void>((resolve) => (release = resolve));
    const answered = page.waitForResponse(path);
    await page.route(path, async (route) => {
      await free;
      await route.continue();
    });
    await act();
    release();
    await (await answered).finished();
    await page.unroute(path);
  };

  await add();
  await late('**/resumes/extract', async () => {
    await create.getByLabel(/Upload a resume/).setInputFiles(file('ana.pdf', resume('Ana Lima', 'ana.lima@example.com')));
    await page.keyboard.press('Escape');
    await expect(create).toBeHidden();
    await add();
    await name.fill('Bo');
  });
  await expect(create.getByRole('textbox', { name: /^Email/ })).toHaveValue('');
  await late('**/sfn/candidates/create', async () => {
    await create.getByRole('button', { name: 'Add candidate' }).click();
    await create.getByRole('button', { name: 'Cancel' }).click();
    await expect(create).toBeHidden();
    await add();
    await name.fill('Cy');
  });
  // On the list below, and the sheet is still about the next one.
  await expect(page.locator('.row-link', { hasText: 'Bo' })).toBeAttached();
  await expect(name).toHaveValue('Cy');
  await expect(create.getByRole('textbox', { name: /^Email/ })).toHaveValue('');
});

test('nothing is imported over a row that is edited and not saved, and its edits wait while other rows are looked at', async ({ api, page }) => {
  const interview = await api.interview('Half edited');
  const slug = await signIn(page);
  await page.goto(`/w/${slug}/interviews/${interview.id}/imports/new`);
  const screen = new ImportDialog(page);
  await screen.hydrated();
  await screen.upload(csv('people.csv', ['Name;Email', 'Anna;anna@example.com', 'Ben;ben@']));
  await screen.check();
  await screen.dialog.getByRole('button', { name: 'Edit row 2' }).click();
  await screen.cell('Name', 2).fill('Anna of mine');
  await screen.chip('Rejected').click();
  await expect(screen.cell('Name', 2)).toHaveCount(0);
  await screen.confirmButton().click();
  await expect(screen.dialog.getByRole('alert')).toContainText('Row 2 was edited and is not saved.');
  await expect(page).toHaveURL(/\/check/);
  await screen.chip('All rows').click();
  await expect(screen.cell('Name', 2)).toHaveValue('Anna of mine');
  // Closing asks before it is lost.
  await screen.dialog.getByRole('link', { name: 'Close and go to the sessions' }).click();
  await page.getByRole('dialog', { name: 'Discard what you entered?' }).getByRole('button', { name: 'Keep editing' }).click();
  await expect(screen.cell('Name', 2)).toHaveValue('Anna of mine');
  await screen.dialog.getByRole('button', { name: 'Save' }).click();
  await expect(screen.cell('Name', 2)).toHaveCount(0);
  await screen.confirm();
  await screen.finished();
  await expect(screen.dialog.getByText('Anna of mine')).toBeVisible();
});
