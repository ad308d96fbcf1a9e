// The end of a workspace: its owner deletes it, every door to it is shut at once, and the installation can be set up anew.
import { expect, test } from '../fixtures.ts';
import { Landing } from '../pages/candidate.ts';
import { SignIn, WorkspaceSettings } from '../pages/creator.ts';
import { Api } from '../support/api.ts';
import { owner } from '../support/server.ts';

test('an owner deletes the workspace, and what comes after is a first run', async ({ ownServer, complaints, visitor, accessible }) => {
  // A wrong name; the tab's stream of a login that has ended; links that lead nowhere any more.
  complaints.allow(/status of (401|404|422)/, /ERR_INCOMPLETE_CHUNKED_ENCODING/);
  const server = await ownServer('workspace');
  const at = { baseURL: server.url };
  server.addOwner();
  const key = server.apiKey();
  const api = new Api(server.url, key);
  const interview = await api.interview('The last one');
  const ana = await api.candidate(interview.id, { name: 'Ana', email: 'ana@example.com' });
  const ben = await api.candidate(interview.id, { name: 'Ben', email: 'ben@example.com' });
  const chat = await (await Landing.open(await visitor(at), ben.invite_url)).start();
  await chat.hydrated();

  const page = await visitor(at);
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/my-workspace/);
  const settings = await WorkspaceSettings.open(page, 'my-workspace');
  const dialog = await settings.askToDelete('My workspace');
  // What goes is said before anything is typed.
  await expect(dialog.getByText('1 interview', { exact: true })).toBeVisible();
  await expect(dialog.getByText(/^2 candidates/)).toBeVisible();
  await expect(dialog.getByText(/^2 sessions/)).toBeVisible();
  await accessible(page, 'deleting the workspace');
  await settings.confirmDelete(dialog, 'Another workspace', owner.password);
  await expect(dialog.getByText("This is not the workspace's name.")).toBeVisible();
  await expect(dialog.getByRole('textbox', { name: 'Name of the workspace' })).toBeFocused();
  await settings.confirmDelete(dialog, 'My workspace', 'not my password');
  await expect(dialog.getByText('This is not your present password.')).toBeVisible();
  expect((await api.session(ana.session.id)).status, 'nothing has happened so far').toBe('not_started');

  await settings.confirmDelete(dialog, 'My workspace', owner.password);
  await page.waitForURL(/\/setup$/);
  await expect(page.getByRole('heading', { name: 'Set up Parley' })).toBeVisible();
  const refused = await fetch(`${server.url}/api/v1/interviews`, { headers: { authorization: `Bearer ${key}` } });
  expect(refused.status, 'the key is nobody’s').toBe(401);
  const stranger = await visitor(at);
  await Landing.open(stranger, ana.invite_url);
  await expect(stranger.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await chat.page.goto(new URL(ben.invite_url).pathname);
  await expect(chat.page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await page.goto('/w/my-workspace/settings');
  await page.waitForURL(/\/login/);

  // The same person, the same name: nothing of the old one stands in the way.
  await page.goto('/');
  await page.waitForURL(/\/setup$/);
  await settings.hydrated();
  await page.getByRole('textbox', { name: 'Your name' }).fill(owner.name);
  await page.getByRole('textbox', { name: 'Email' }).fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.getByRole('textbox', { name: 'Company name' }).fill('My workspace');
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await page.waitForURL(/\/w\/my-workspace$/);
  // All of the page is there before the server goes.
  await settings.hydrated();
  const again = new Api(server.url, server.apiKey());
  expect((await again.get<{ items: unknown[] }>('/interviews')).items).toEqual([]);
});
