// The whole loop: the first visitor makes the workspace, designs an interview, adds a candidate; the candidate is interviewed in
// a second browser, leaves, comes back in a third and finishes; the creator sees the session Completed with its report.
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import { SessionsTab } from '../pages/creator.ts';
import { tokenOf } from '../support/api.ts';
import { owner, rememberToken } from '../support/server.ts';

test('from an empty installation to a report', async ({ ownServer, visitor, accessible, complaints }) => {
  complaints.allow(/status of 422/); // an empty form of setup
  test.setTimeout(120_000);
  const server = await ownServer('loop');
  const at = { baseURL: server.url };
  const creator = await visitor({ ...at, permissions: ['clipboard-read', 'clipboard-write'] });

  await creator.goto('/');
  await expect(creator.getByRole('heading', { name: 'Set up Parley' })).toBeVisible();
  await expect(creator.locator('html[data-hydrated]')).toBeAttached();
  await accessible(creator, 'setup');
  // What is missing is said beside its field, in our words.
  await creator.getByRole('button', { name: 'Create workspace' }).click();
  await expect(creator.getByText('Enter a name.')).toBeVisible();
  await expect(creator.getByRole('textbox', { name: 'Your name' })).toBeFocused();
  await creator.getByRole('textbox', { name: 'Your name' }).fill(owner.name);
  await creator.getByRole('textbox', { name: 'Email' }).fill(owner.email);
  await creator.getByLabel('Password', { exact: true }).fill(owner.password);
  // Candidates will read it: it cannot be left out.
  await creator.getByRole('button', { name: 'Create workspace' }).click();
  await expect(creator.getByText("Enter your company's name.")).toBeVisible();
  await expect(creator.getByRole('textbox', { name: 'Company name' })).toBeFocused();
  await creator.getByRole('textbox', { name: 'Company name' }).fill('Acme');
  await creator.getByRole('button', { name: 'Create workspace' }).click();
  await creator.waitForURL(/\/w\//);
  const slug = new URL(creator.url()).pathname.split('/')[2] ?? '';
  await accessible(creator, 'dashboard');

  await creator.goto(`/w/${slug}/interviews/new`);
  await expect(creator.locator('html[data-hydrated]')).toBeAttached();
  await accessible(creator, 'new interview');
  await creator.getByRole('textbox', { name: 'Title' }).fill('Barista');
  await creator.getByRole('radio').nth(1).check();
  await creator.getByRole('button', { name: 'Create interview' }).click();
  await creator.waitForURL(/\/interviews\/[0-9a-f-]{36}\/content/);
  const interview = new URL(creator.url()).pathname.split('/')[4] ?? '';
  await accessible(creator, 'content');
  await creator.getByRole('button', { name: 'Open for candidates' }).click();
  await expect(creator.getByText('Interview is open').first()).toBeVisible();

  const sessions = await SessionsTab.open(creator, slug, interview);
  await accessible(creator, 'empty Sessions tab');
  const invite = await sessions.add('Ines Nováková', 'ines@example.com');
  rememberToken(tokenOf(invite));
  expect(await creator.evaluate(() => navigator.clipboard.readText())).toBe(invite);
  await expect(sessions.row('Ines Nováková').getByText('Not started')).toBeVisible();

  const laptop = await visitor(at);
  const first = await (await Landing.open(laptop, invite)).start();
  await first.hydrated();
  await first.answerAnything('I looked at what the team needed, asked two customers, and we had a result within a week.');
  // Rows move by themselves: no reload here.
  await expect(sessions.row('Ines Nováková').getByText('In progress')).toBeVisible();
  await laptop.context().close();

  const phone = await visitor(at);
  const second = await (await Landing.open(phone, invite)).resume();
  await second.hydrated();
  await second.said('I looked at what the team needed, asked two customers, and we had a result within a week.');
  while (await second.waiting()) await second.answerAnything('I listened to the customer first, then we agreed on what to do, and it worked.');
  await second.finish();

  await expect(sessions.row('Ines Nováková').getByText('Completed')).toBeVisible();
  await sessions.row('Ines Nováková').getByRole('link', { name: 'Ines Nováková' }).click();
  await expect(creator.getByText('Built-in analysis, no AI model')).toBeVisible();
  await expect(creator.getByText('I looked at what the team needed').first()).toBeVisible();
  await accessible(creator, 'report');
});
