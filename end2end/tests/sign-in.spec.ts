// Signing in and out.

import { randomUUID } from 'node:crypto';

import { fillIn } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';

test('a valid account opens the overview', async ({ page, broker }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/sign-in/);
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(url => url.pathname === DEMO);
  await expect(page.getByRole('heading', { level: 1, name: 'demo' })).toBeVisible();
});

test('sign-in returns to the page and query that were asked for', async ({ page, broker }) => {
  await page.goto(`${DEMO}?range=1h&refresh=30s`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(`${DEMO}?range=1h&refresh=30s`);
});

test('a wrong password is reported and keeps the target', async ({ page, broker }) => {
  await page.goto(`${DEMO}?range=1h`);
  await fillIn(page, { name: 'mallory', password: 'wrong' });
  await expect(page.getByRole('alert')).toHaveText('No broker accepts this user name and password.');
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(`${DEMO}?range=1h`);
});

test('after an error the form keeps the user name, and the URL does not have it', async ({ page, broker }) => {
  await page.goto(DEMO);
  await fillIn(page, { name: 'mallory & söhne', password: 'wrong' });
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.locator('input[name=user]')).toHaveValue('mallory & söhne');
  await expect(page.locator('input[name=password]')).toBeFocused();
  expect(page.url()).not.toContain('mallory');
  // It is forgotten behind a sign-in.
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(DEMO);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.locator('input[name=user]')).toHaveValue('');
});

test('an account without a management tag gets the reason', async ({ page, broker }) => {
  const account = await broker.addUser({ name: 'untagged', password: 'pw' }, [], '/');
  await page.goto('/sign-in');
  await fillIn(page, account);
  await expect(page.getByRole('alert')).toContainText('it has none of the tags');
});

test('guesses are throttled, and the page says for how long', async ({ page }) => {
  // Nobody has guessed at it before.
  const name = `guessed-${randomUUID()}`;
  await page.goto('/sign-in');
  const alert = page.getByRole('alert');
  // Five guesses a minute are refused one by one.
  for (let guess = 0; guess < 5; guess += 1) {
    await fillIn(page, { name, password: `guess-${guess}` });
    await expect(alert).toHaveText('No broker accepts this user name and password.');
    await page.goto('/sign-in');
  }
  await fillIn(page, { name, password: 'guess-6' });
  await expect(alert).toHaveText(/^Too many attempts\. Try again in [1-9]\d? s\.$/);
});

test('sign-out ends the session', async ({ page, broker, context }) => {
  await page.goto('/sign-in');
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(url => url.pathname === DEMO);
  const before = (await context.cookies()).find(({ name }) => name === 'warren_session')!;
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  await page.goto(DEMO);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  // Who has kept the cookie has nothing either.
  const answer = await page.request.get('/fn/viewer', { headers: { cookie: `${before.name}=${before.value}` } });
  expect(answer.status()).toBe(401);
});

for (const next of ['//evil.example/', 'https://evil.example/', '/\\evil.example', '/%09/evil.example']) {
  test(`sign-in does not lead to ${next}`, async ({ page, broker, baseURL }) => {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await fillIn(page, broker.administrator);
    await expect(page.getByRole('heading', { level: 1 })).not.toHaveText('Sign in');
    expect(new URL(page.url()).origin).toBe(baseURL);
  });
}

test('a forged form field does not lead to another site', async ({ request, broker, baseURL }) => {
  const { name, password } = broker.administrator;
  const answer = await request.post('/fn/sign_in', {
    form: { user: name, password, next: 'https://evil.example/' },
    headers: { accept: 'text/html', origin: baseURL! },
    maxRedirects: 0,
  });
  expect(answer.headers().location).toBe('/');
});

test('another site’s form is refused', async ({ request, broker }) => {
  const { name, password } = broker.administrator;
  const answer = await request.post('/fn/sign_in', {
    form: { user: name, password },
    headers: { accept: 'text/html', origin: 'https://evil.example' },
  });
  expect(answer.status()).toBe(403);
});

test('scripts and other sites’ forms cannot use the session cookie', async ({ page, context, broker }) => {
  await page.goto('/sign-in');
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(url => url.pathname === DEMO);
  const cookies = await context.cookies();
  expect(cookies.map(({ name, httpOnly, sameSite, path }) => ({ name, httpOnly, sameSite, path }))).toEqual([
    { name: 'warren_session', httpOnly: true, sameSite: 'Lax', path: '/' },
  ]);
  expect(await page.evaluate(() => document.cookie)).toBe('');
});
