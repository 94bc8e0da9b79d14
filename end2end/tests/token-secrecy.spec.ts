// The viewer's token stays on the server.

import { Gate } from '../support/gate.ts';
import { Overview } from '../support/overview.ts';
import { fillIn } from '../support/sign-in.ts';
import { expect, test } from '../support/test.ts';

test('the token is neither sent to the browser nor logged', async ({ page, broker, startWarren, stopAtEnd }) => {
  const loud = ['--log', 'trace'];
  const api = await startWarren({ part: 'api', brokers: [`demo=${broker.urlWithAccount}`], flags: loud });
  const tokens = new Set<string>();
  const behind = stopAtEnd(await Gate.open(api.apiUrl, {
    sees: ({ headers }) => {
      const token = headers['x-subject-token'];
      if (typeof token === 'string') tokens.add(token);
    },
  }));
  const web = await startWarren({ part: 'web', flags: ['--metering-url', behind.url, ...loud] });
  let seen = '';
  const before = stopAtEnd(await Gate.open(web.url, {
    headers: () => ({ 'accept-encoding': 'identity' }),
    sees: answer => {
      seen += answer.rawHeaders.join('\n');
      answer.on('data', (chunk: Buffer) => {
        seen += chunk.toString('latin1');
      });
    },
  }));

  await page.goto(before.url);
  await fillIn(page, broker.administrator);
  const overview = new Overview(page);
  await overview.alive();
  await overview.refresh();

  expect([...tokens], 'tokens that the metering API gave out').toHaveLength(1);
  const [token] = tokens;
  expect(seen, 'the test saw the poll').toContain('"server_time"');
  expect(seen.includes(token), 'what the browser got').toBe(false);
  const logged = [...web.log, ...api.log].filter(line => line.includes(token));
  expect(logged, 'what was logged').toEqual([]);
});
