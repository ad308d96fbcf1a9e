// Another attempt: granted by the team from row, report and selection, asked for by the candidate; and entries that are one
// person.
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { Chat, Landing } from '../pages/candidate.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { attemptsOf, takeAttempt } from '../support/attempt.ts';
import { type Candidate, tokenOf } from '../support/api.ts';
import { Door } from '../support/door.ts';

const one = { questions: [{ kind: 'open', text: 'Tell me about a project you are proud of.', expected_points: ['team', 'result'] }] };

/** Signs in; answers the workspace's place in addresses. */
async function signIn(page: Page): Promise<string> {
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

/** Opens the row's menu and presses an entry. */
async function fromMenu(tab: SessionsTab, name: string, entry: string): Promise<void> {
  await tab.row(name).first().hover();
  await tab.row(name).first().getByRole('button', { name: `Actions: ${name}` }).click();
  await tab.page.getByRole('menuitem', { name: entry }).click();
}

/** Chooses a reason in the dialog and grants. */
async function grant(dialog: Locator, many: number): Promise<void> {
  await dialog.getByLabel('Reason').selectOption({ label: 'Technical issue' });
  await dialog.getByRole('button', { name: many === 1 ? 'Grant 1 retake' : `Grant ${many} retakes` }).click();
}

test('granted from the row while the candidate types: told, and nothing typed is lost', async ({ api, page, visitor, accessible }) => {
  const interview = await api.interview('While typing');
  const ben = await api.candidate(interview.id, { name: 'Ben Müller', email: 'ben@example.com' });
  const laptop = await visitor();
  const chat = await (await Landing.open(laptop, ben.invite_url)).start();
  await chat.hydrated();
  await chat.composer.fill('Half a thought about the proj');

  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview.id);
  await fromMenu(tab, 'Ben Müller', 'Grant a retake');
  const dialog = page.getByRole('dialog', { name: 'Grant a retake' });
  await expect(dialog.getByText('The attempt in progress is closed as replaced by a retake')).toBeVisible();
  await dialog.getByRole('textbox', { name: /^Note/ }).fill('The Wi-Fi broke down.');
  // No reason stands there that nobody chose.
  await dialog.getByRole('button', { name: 'Grant 1 retake' }).click();
  await expect(dialog.getByText('Choose a reason.')).toBeVisible();
  await expect(dialog.getByLabel('Reason')).toBeFocused();
  await accessible(page, 'retake dialog');
  await grant(dialog, 1);
  await expect(page.locator('.toast__text', { hasText: 'Retake granted' }).first()).toBeVisible();

  // The open chat goes to the landing page of the new attempt by itself.
  await expect(laptop.getByText('You can take this interview again. Your earlier attempt is kept.')).toBeVisible();
  await expect(laptop.getByText('What you typed and did not send is kept in this browser.')).toBeVisible();
  const again = await new Landing(laptop).start();
  await again.hydrated();
  await expect(again.composer).toHaveValue('Half a thought about the proj');
  await expect.poll(() => attemptsOf(api, ben.id)).toEqual(['1 completed replaced', '2 in_progress']);

  // The row shows the current attempt and unfolds the earlier one.
  await expect(tab.row('Ben Müller').getByText('In progress')).toBeVisible();
  await page.getByRole('button', { name: 'Show earlier attempts: Ben Müller' }).click();
  const earlier = tab.row('Attempt 1');
  await expect(earlier.getByText('Completed')).toBeVisible();
  await expect(earlier.getByText(/replaced by a retake/)).toBeVisible();
  await accessible(page, 'unfolded attempts');
  await earlier.getByRole('link', { name: 'Attempt 1' }).click();
  await expect(page.getByRole('link', { name: /^Attempt 2/ })).toBeVisible();
  await page.getByRole('link', { name: /^Attempt 2/ }).click();
  await expect(page.getByText('Granted because: technical issue')).toBeVisible();
  await expect(page.getByText('The Wi-Fi broke down.')).toBeVisible();
});

test('granted twice at once: one attempt, and the second is told why', async ({ api, visitor }) => {
  const interview = await api.interview('Twice at once', one);
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  await takeAttempt(api, ana, 'The team and the result.');
  const open = async () => {
    const page = await visitor();
    const slug = await signIn(page);
    const tab = await SessionsTab.open(page, slug, interview.id);
    await fromMenu(tab, 'Ana Souza', 'Grant a retake');
    return page.getByRole('dialog', { name: 'Grant a retake' });
  };
  const dialogs = [await open(), await open()];
  await Promise.all(dialogs.map((dialog) => grant(dialog, 1)));
  const told = dialogs.map((dialog) => dialog.page().getByText(/(Retake granted|Attempt 2 has not started yet\.)$/));
  const words = await Promise.all(told.map((line) => line.first().textContent()));
  expect(words.sort()).toEqual(['Ana Souza Attempt 2 has not started yet.', 'Retake granted']);
  expect(await attemptsOf(api, ana.id)).toEqual(['1 completed finished', '2 not_started']);
});

test('asked for, waiting in the queue, granted; another one declined', async ({ api, page, visitor, accessible }) => {
  const interview = await api.interview('Queue', one);
  const people: Candidate[] = [];
  for (const [index, name] of ['Ana Souza', 'Ben Müller'].entries()) {
    const person = await api.candidate(interview.id, { name, email: `queue${index}@example.com` });
    await takeAttempt(api, person, 'The team and the result.');
    people.push(person);
  }
  const [ana, ben] = people;
  if (!ana || !ben) throw new Error('nobody');
  const slug = await signIn(page);
  await SessionsTab.open(page, slug, interview.id);

  const phone = await visitor({ viewport: { width: 360, height: 740 } });
  for (const person of [ana, ben]) {
    await Landing.open(phone, person.invite_url);
    await phone.locator('summary', { hasText: 'Ask for another attempt' }).click();
    await phone.getByRole('textbox', { name: 'Why would you like to take it again?' }).fill('My power went out.');
    await phone.getByRole('button', { name: 'Ask for another attempt' }).click();
    await expect(phone.getByText('Your request is with the company')).toBeVisible();
  }
  // The list says so by itself.
  const queue = page.getByRole('link', { name: /^Retake requests/ });
  await expect(queue).toContainText('2');
  await expect(page.getByText('Asks for a retake')).toHaveCount(2);
  await queue.click();
  await expect(page.getByRole('heading', { name: 'Retake requests' })).toBeVisible();
  await expect(page.getByText('My power went out.')).toHaveCount(2);
  await accessible(page, 'retake requests');
  await page.getByRole('button', { name: 'Grant: Ana Souza' }).click();
  await expect(page.locator('.toast__text', { hasText: 'Retake granted' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Decline: Ben Müller' }).click();
  await expect(page.getByText('Nobody waits for a decision')).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Ana Souza' })).toContainText('Granted');
  await expect(page.getByRole('row').filter({ hasText: 'Ben Müller' })).toContainText('Declined');

  await Landing.open(phone, ana.invite_url);
  await expect(phone.getByText('You can take this interview again. Your earlier attempt is kept.')).toBeVisible();
  expect(await attemptsOf(api, ana.id)).toEqual(['1 completed finished', '2 not_started']);
  expect(await attemptsOf(api, ben.id)).toEqual(['1 completed finished']);
});

test('what is selected is what is acted on: retakes, links, export, delete and undo', async ({ api, visitor }) => {
  const interview = await api.interview('Bulk', one);
  const done = await api.candidate(interview.id, { name: 'Done Before', email: 'done@example.com' });
  await takeAttempt(api, done, 'The team and the result.');
  const inside = await api.candidate(interview.id, { name: 'Inside Now', email: 'inside@example.com' });
  await new Door(api.url, tokenOf(inside.invite_url)).start();
  const idle = await api.candidate(interview.id, { name: 'Idle Yet', email: 'idle@example.com' });
  await api.candidate(interview.id, { name: 'Not Picked', email: 'not@example.com' });

  const page = await visitor({ permissions: ['clipboard-read', 'clipboard-write'] });
  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview.id);
  for (const name of ['Done Before', 'Inside Now', 'Idle Yet']) await page.getByRole('checkbox', { name: `Select ${name}` }).check();
  const bar = page.getByRole('region', { name: '3 selected' });
  await expect(bar).toBeVisible();

  await bar.getByRole('button', { name: 'Copy links' }).click();
  await expect(page.locator('.toast__text', { hasText: '3 links copied' }).first()).toBeVisible();
  const copied = (await page.evaluate(() => navigator.clipboard.readText())).split('\n').map((line) => line.split('\t')[1]);
  expect(copied.sort()).toEqual([done, inside, idle].map(({ invite_url }) => invite_url).sort());

  // One of them moves on after being ticked: still three, and the export holds exactly these three.
  await new Door(api.url, tokenOf(idle.invite_url)).start();
  await expect(tab.row('Idle Yet').getByText('In progress')).toBeVisible();
  await expect(bar).toBeVisible();
  // The browser sends the selection; what it sends is sent again, for a file that is read more easily here.
  const [sent, file] = await Promise.all([
    page.waitForRequest((request) => request.url().includes('/export.xlsx')),
    page.waitForEvent('download'),
    bar.getByRole('button', { name: 'Export' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^sessions-\d{4}-\d{2}-\d{2}\.xlsx$/);
  const csv = await page.request.post(sent.url().replace('export.xlsx', 'export.csv'), {
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(page.url()).origin },
    data: sent.postData() ?? '',
  });
  const lines = (await csv.text()).trim().split('\r\n').slice(1);
  expect(lines.map((line) => line.split('","')[0]?.replace(/^"/, '')).sort()).toEqual(['Done Before', 'Idle Yet', 'Inside Now']);

  await bar.getByRole('button', { name: 'Grant retakes' }).click();
  const dialog = page.getByRole('dialog', { name: 'Grant a retake' });
  await expect(dialog.getByText('Grant a retake to 3 candidates?')).toBeVisible();
  await expect(dialog.getByText('2 are taking the interview now: that attempt is closed as replaced by a retake.')).toBeVisible();
  await grant(dialog, 3);
  await expect(page.locator('.toast__text', { hasText: '3 retakes granted' }).first()).toBeVisible();
  await expect(page.getByRole('region', { name: /selected/ })).toHaveCount(0);
  expect(await attemptsOf(api, idle.id)).toEqual(['1 completed replaced', '2 not_started']);

  // Once more: two have not started, and the dialog says who got none.
  await takeAttempt(api, done, 'Again the team and the result.');
  await expect(tab.row('Done Before').getByText('Completed')).toBeVisible();
  for (const name of ['Done Before', 'Idle Yet']) await page.getByRole('checkbox', { name: `Select ${name}` }).check();
  await page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Grant retakes' }).click();
  await grant(dialog, 1);
  await expect(dialog.getByText('1 retake granted')).toBeVisible();
  await expect(dialog.getByRole('listitem')).toHaveText('Idle Yet Attempt 2 has not started yet.');
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  for (const name of ['Inside Now', 'Idle Yet']) {
    await expect(tab.row(name).getByText('Not started')).toBeVisible();
    await page.getByRole('checkbox', { name: `Select ${name}` }).check();
  }
  // Nobody of them can get one: there is nothing to press.
  await page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Grant retakes' }).click();
  await expect(dialog.getByRole('button', { name: 'Grant 0 retakes' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog', { name: 'Delete 2 candidates?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(tab.row('Idle Yet')).toHaveCount(0);
  await expect(tab.row('Done Before')).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(tab.row('Idle Yet')).toHaveCount(1);
  await expect(tab.row('Inside Now')).toHaveCount(1);
});

test('two entries that are one person are merged as announced; two people are left alone', async ({ api, page, accessible }) => {
  const interview = await api.interview('Merge', one);
  await api.candidate(interview.id, { name: 'Ana Souza', email: 'ana@example.com' });
  const again = await api.send<Candidate>('POST', `/interviews/${interview.id}/candidates?on_duplicate=add`, { name: 'Ana S.', email: 'ANA@example.com', school: 'MIT' });
  await takeAttempt(api, again, 'The team and the result.');
  await api.send<Candidate>('POST', `/interviews/${interview.id}/candidates?on_duplicate=add`, { name: 'Anna Other', email: 'ana@example.com' });

  const slug = await signIn(page);
  const tab = await SessionsTab.open(page, slug, interview.id);
  await expect(page.getByText('Possible duplicate', { exact: true })).toHaveCount(2);
  await fromMenu(tab, 'Anna Other', 'Possible duplicate…');
  const dialog = page.getByRole('dialog', { name: 'One person, two entries?' });
  await dialog.getByRole('button', { name: 'They are two people' }).click();
  await expect(page.getByText('Possible duplicate', { exact: true })).toHaveCount(1);

  // The badge is the short way to the same dialog.
  await tab.row('Ana S.').getByRole('button', { name: 'Possible duplicate: Ana S.' }).click();
  await expect(dialog.getByText('After the merge')).toBeVisible();
  await expect(dialog.getByText('An attempt that nobody started goes with the entry.')).toBeVisible();
  await expect(dialog.getByText('Taken over', { exact: true })).toBeVisible();
  await accessible(page, 'merge dialog');
  await dialog.getByRole('button', { name: 'Merge', exact: true }).click();
  await expect(page.locator('.toast__text', { hasText: 'Merged into one entry' }).first()).toBeVisible();
  await expect(tab.row('Ana Souza').getByText('Completed')).toBeVisible();
  await expect(tab.row('Ana S.')).toHaveCount(0);
  await expect(page.getByText('Possible duplicate', { exact: true })).toHaveCount(0);
});

test('20,000 characters are taken whole; one more is refused and nothing of it is lost', async ({ api, page }) => {
  const interview = await api.interview('Long answers', { questions: [...one.questions, { kind: 'open', text: 'And then?' }] });
  const ana = await api.candidate(interview.id, { name: 'Ana Souza', email: 'long@example.com' });
  await (await Landing.open(page, ana.invite_url)).start();
  const chat = new Chat(page);
  await chat.hydrated();
  // Characters, not bytes: some of these are four bytes long.
  const most = '🚀ü王x'.repeat(5_000);
  await chat.composer.fill(`${most}y`);
  await chat.send.click();
  await expect(page.getByText('This is too long. Shorten it to 20,000 characters.')).toBeVisible();
  await expect(chat.composer).toHaveValue(`${most}y`);
  await chat.question('Tell me about a project you are proud of.');
  await chat.composer.fill(most);
  await chat.send.click();
  await chat.question('And then?');
  const { items } = await api.get<{ items: { speaker: string; text: string }[] }>(`/sessions/${ana.session.id}/transcript`);
  expect(items.filter(({ speaker }) => speaker === 'candidate').map(({ text }) => text)).toEqual([most]);

  // The server holds the same line, whatever the page thinks.
  const door = new Door(api.url, tokenOf(ana.invite_url));
  const view = (await door.start()).view;
  const refused = await door.answer({ ...Door.write(view), text: `${most}y` });
  expect(refused.status).toBe(422);
  expect(refused.body).toContain('"invalid"');
  expect((await door.answer({ ...Door.write(view), text: most })).status).toBe(200);
});
