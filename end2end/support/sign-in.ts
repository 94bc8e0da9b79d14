// Signing in: by the form as a viewer does, and by a bare request where a test is about something else.

import { expect, type Page } from '@playwright/test';

import type { Account } from './broker.ts';

/** Fills in the form that the page shows and sends it. */
export async function fillIn(page: Page, { name, password }: Account): Promise<void> {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export interface Cookie {
  name: string;
  value: string;
  url: string;
}

/** A session of its own, as the cookie that stands for it. */
export async function session(url: string, { name, password }: Account): Promise<Cookie> {
  const answer = await fetch(`${url}/fn/sign_in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', origin: new URL(url).origin },
    body: new URLSearchParams({ user: name, password }),
  });
  const location = answer.headers.get('location');
  expect(location, 'where the sign-in leads').not.toContain('sign-in');
  const pair = answer.headers.getSetCookie().map(cookie => cookie.split(';')[0])
    .find(cookie => cookie.startsWith('warren_session='));
  if (!pair) throw new Error(`no session cookie in the answer ${answer.status}`);
  const [cookie, value] = pair.split('=');
  return { name: cookie, value, url };
}
