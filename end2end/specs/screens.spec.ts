// Corners of the creators' screens: what stands there before there is anything, what a page says of somebody, what is asked first.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { SessionsTab, SignIn } from '../pages/creator.ts';
import { owner } from '../support/server.ts';

async function signIn(page: Page): Promise<string> {
  await (await SignIn.open(page)).as();
  await page.waitForURL(/\/w\/[^/]+/);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
}

test('results of nobody offer nothing to analyse again', async ({ api, page }) => {
  const interview = await api.interview('Nobody yet');
  const slug = await signIn(page);
  await open(page, `/w/${slug}/interviews/${interview.id}/results`);
  await expect(page.getByRole('heading', { name: 'No results yet' })).toBeVisible();
  await expect(page.locator('#analyse-all-title')).toBeAttached();
  await expect(page.locator('#analyse-all-title')).toBeHidden();
});

test('a report says all that is known of its candidate', async ({ api, page, accessible }) => {
  const interview = await api.interview('All of it');
  const ana = await api.candidate(interview.id, {
    name: 'Ana Souza',
    major: 'Marine biology',
    graduation_year: 2024,
    work_experience: 'Two summers\nat the harbour',
    notes: 'Met at the fair.',
  });
  const slug = await signIn(page);
  await open(page, `/w/${slug}/interviews/${interview.id}/sessions/${ana.session.id}`);
  for (const known of ['Marine biology', '2024', /Two summers\s+at the harbour/, 'Met at the fair.']) {
    await expect(page.getByRole('definition').filter({ hasText: known }).first()).toBeVisible();
  }
  await expect(page.getByText('stands here, from the first question on')).toBeVisible();
  await accessible(page, 'a report before the first question');
});

test('the word over figures ends where they end', async ({ api, page }) => {
  const interview = await api.interview('In line');
  await api.candidate(interview.id, { name: 'Ana Souza' });
  const slug = await signIn(page);
  await SessionsTab.open(page, slug, interview.id);
  const end = (cell: string) =>
    page
      .locator(cell)
      .first()
      .evaluate((cell) => {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        let right = 0;
        for (let text = texts.nextNode(); text; text = texts.nextNode()) {
          const range = document.createRange();
          range.selectNodeContents(text);
          right = Math.max(right, range.getBoundingClientRect().right);
        }
        return right;
      });
  expect(Math.abs((await end('th.c-attempt')) - (await end('td.c-attempt')))).toBeLessThan(2);
});

test('an address that leads nowhere has one main part and a way on', async ({ page, complaints, accessible }) => {
  complaints.allow(/status of 404/);
  const slug = await signIn(page);
  for (const address of [`/w/${slug}/nowhere`, '/w/nobody-has-this', '/nowhere']) {
    await open(page, address);
    await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Go to the start page' })).toBeVisible();
    await expect(page.locator('main'), address).toHaveCount(1);
    await accessible(page, address);
  }
});

test("one's own role is asked about before it is another", async ({ ownServer, visitor }) => {
  const server = await ownServer('own-role');
  server.addOwner();
  server.command(['user', 'add', '--email', 'ozzy@example.com', '--name', 'Ozzy Second', '--role', 'owner'], 'ozzy has a password\n');
  const page = await visitor({ baseURL: server.url });
  const slug = await signIn(page);
  await open(page, `/w/${slug}/settings/members`);
  const own = page.getByRole('combobox', { name: `Role of ${owner.name}` });
  const dialog = page.getByRole('dialog', { name: 'Change your own role?' });
  await own.selectOption('Member');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await expect(own).toHaveValue('owner');
  await own.selectOption('Member');
  await dialog.getByRole('button', { name: 'Change my role' }).click();
  await expect(page.getByText('Role changed').first()).toBeVisible();
  await expect(own).toHaveCount(0);
  await expect(page.getByRole('row').filter({ hasText: owner.name })).toContainText('Member');
  // Nobody can be taken out by a member: there is no column for it.
  await expect(page.getByRole('columnheader')).toHaveCount(3);
});
