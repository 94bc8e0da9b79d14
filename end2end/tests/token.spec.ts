// The viewer's token stays on the server.

import type { Response } from '@playwright/test';

import { Gate } from '../support/gate.ts';
import { POLL } from '../support/overview.ts';
import { fillIn } from '../support/sign-in.ts';
import { DEMO, expect, test } from '../support/test.ts';

test('no answer to the browser and no log holds the token', async ({ page, context, broker, startWarren, stopAtEnd }) => {
  const api = await startWarren({ part: 'api', brokers: [`demo=${broker.urlWithAccount}`], flags: ['--log', 'trace'] });
  const tokens = new Set<string>();
  const between = stopAtEnd(await Gate.open(api.apiUrl, {
    sees: answer => {
      const token = answer.headers['x-subject-token'];
      if (typeof token === 'string') tokens.add(token);
    },
  }));
  const web = await startWarren({ part: 'web', flags: ['--metering-url', between.url, '--log', 'trace'] });

  const answers: Response[] = [];
  context.on('response', answer => answers.push(answer));
  await page.goto(web.url);
  await fillIn(page, broker.administrator);
  await expect(page).toHaveURL(`${web.url}${DEMO}`);
  await page.waitForResponse(POLL);

  expect([...tokens], 'tokens that the metering API gave out').toHaveLength(1);
  const [token] = tokens;
  for (const answer of answers) {
    const headers = JSON.stringify(await answer.allHeaders());
    const isRedirect = answer.status() >= 300 && answer.status() < 400;
    const body = isRedirect ? '' : (await answer.body()).toString('latin1');
    expect(headers.includes(token) || body.includes(token), answer.url()).toBe(false);
  }
  for (const line of [...web.log, ...api.log]) expect(line).not.toContain(token);
  const { password } = broker.administrator;
  // Guest's password is its name, so look where a password would stand.
  for (const line of [...web.log, ...api.log]) expect(line).not.toContain(`password":"${password}`);
});
