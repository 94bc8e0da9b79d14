// Panels in pages of our own: the page to try them on, and a frame opened by itself.

import { Embedded, PanelPolls } from '../support/embedded.ts';
import { expect, test } from '../support/test.ts';

test('a panel can be chosen, previewed and copied', async ({ signedIn: page }) => {
  const embedded = new Embedded(page);
  const polls = new PanelPolls(page);
  await page.goto('/embedding');
  await embedded.alive('queued-messages');
  await page.getByRole('combobox', { name: 'Panel' }).selectOption('message-rates');
  await page.getByRole('combobox', { name: 'Range' }).selectOption('1h');
  await page.getByRole('button', { name: 'Show' }).click();
  await embedded.alive('message-rates');
  await expect(page.getByRole('textbox', { name: /^HTML/ })).toHaveValue(/panel="message-rates" broker="demo" range="1h"/);
  await expect(page.getByRole('textbox', { name: /^Frame/ })).toHaveValue(/\/embed\/message-rates\?portal=…&amp;broker=demo&amp;range=1h/);
  expect(polls.headers.every(headers => headers['x-auth-token'] === undefined)).toBe(true);
});

test('a frame’s page opened directly follows the viewer’s session', async ({ signedIn: page }) => {
  const embedded = new Embedded(page);
  await page.goto('/embed/queued-messages?broker=demo&theme=dark');
  await embedded.alive('queued-messages');
  await embedded.moves('queued-messages');
  await expect(embedded.panel('queued-messages').locator('.warren')).toHaveCSS('color-scheme', 'dark');
});
