// A dashboard whose viewers sign in at a real Keystone.

import type { Page } from '@playwright/test';

import { expectAccessible } from '../support/axe.ts';
import { answered } from '../support/console.ts';
import { Keystone } from '../support/keystone.ts';
import { Overview } from '../support/overview.ts';
import { expect, test } from '../support/test.ts';

test.setTimeout(600_000);

async function fillIn(page: Page, user: string, password: string, project = ''): Promise<void> {
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Project').fill(project);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('accounts of a Keystone sign in by the form, switch projects and leave again', async ({
  page, broker, startWarren, stopAtEnd, complaints,
}) => {
  const keystone = stopAtEnd(await Keystone.start());
  const flags = await keystone.serviceFlags();
  const [ops, dev, lab] = [
    await keystone.addProject('ops'), await keystone.addProject('dev'), await keystone.addProject('lab'),
  ];
  const anna = await keystone.addUser('anna', 'secret');
  await keystone.assign(anna, ops, 'member');
  await keystone.assign(anna, dev, 'reader');
  await keystone.assign(anna, lab, 'heat_stack_owner');
  const warren = await startWarren({
    brokers: [`demo=${broker.urlWithAccount}`, `other=${broker.urlWithAccount}`],
    flags: [
      ...flags, '--broker-project', `demo=${ops}`, '--broker-project', `other=${ops}`,
      '--broker-project', `demo=${dev}:/`,
    ],
  });
  const alert = page.getByRole('alert');

  // Who asks for a page is led to the form.
  await page.goto(`${warren.url}/brokers/other?range=5m`);
  await expect(page).toHaveURL(/sign-in\?next=/);
  await expect(page.getByLabel('Domain')).toHaveValue('Default');
  await expectAccessible(page);

  await fillIn(page, 'anna', 'wrong', 'ops');
  await expect(alert).toContainText('accepts no such user name, domain and password');
  await expect(page.getByLabel('Project'), 'is kept').toHaveValue('ops');
  await fillIn(page, 'anna', 'secret', 'lab');
  await expect(alert).toContainText('no role in the project');

  // With the right password one is on the page that one asked for.
  await fillIn(page, 'anna', 'secret', 'ops');
  await expect(page).toHaveURL(`${warren.url}/brokers/other?range=5m`);
  const overview = new Overview(page);
  await overview.alive();
  const project = page.getByRole('navigation').getByRole('link', { name: 'Project: ' });
  await expect(project).toHaveAccessibleName('Project: ops');

  // The other project does not see that broker: one is led to the one that it sees.
  await project.click();
  await expect(page.getByRole('heading', { name: 'Projects' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Switch: lab' }).click();
  await expect(alert).toContainText('no role in the project');
  await page.getByRole('button', { name: 'Switch: dev' }).click();
  await expect(page).toHaveURL(`${warren.url}/brokers/demo`);
  await expect(project).toHaveAccessibleName('Project: dev');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('demo');

  // Without scripting it goes the same way, and back to the page that one came from.
  await page.goto(`${warren.url}/log`);
  await project.click();
  await page.getByRole('button', { name: 'Switch: ops' }).click();
  await expect(page).toHaveURL(`${warren.url}/log`);
  await expect(project).toHaveAccessibleName('Project: ops');

  // A Keystone that is gone: what stands there stays, and nobody gets in.
  await page.goto(`${warren.url}/brokers/demo`);
  await overview.alive();
  complaints.expect(answered(503));
  await keystone.kill();
  await expect(page.getByText('Updates fail')).toBeVisible({ timeout: 60_000 });
  const stranger = await page.context().browser()!.newPage();
  await stranger.goto(`${warren.url}/sign-in`);
  await fillIn(stranger, 'anna', 'secret', 'ops');
  await expect(stranger.getByRole('alert')).toContainText('The identity service does not answer');
  await stranger.close();
  await keystone.restart();
  // After several failures there is a minute between two polls.
  await expect(page.getByText('Updates fail')).toBeHidden({ timeout: 150_000 });

  // What the Keystone ends leads back to the form, and from there to the same page.
  await page.goto(`${warren.url}/brokers/demo?range=5m`);
  await overview.alive();
  const bert = await keystone.addUser('bert', 'secret');
  await keystone.assign(bert, ops, 'reader');
  complaints.expect(answered(401));
  await keystone.disable(anna);
  await page.getByRole('link', { name: 'Sign in again' }).click({ timeout: 60_000 });
  await fillIn(page, 'bert', 'secret');
  await expect(page).toHaveURL(`${warren.url}/brokers/demo?range=5m`);
  await overview.alive();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(`${warren.url}/sign-in`);
  await page.goto(`${warren.url}/brokers/demo`);
  await expect(page).toHaveURL(/sign-in/);
});
