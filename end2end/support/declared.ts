// What tests of lists declare in a broker: queues of each type, bindings both ways, names that would
// break something if anything could be broken.

import type { Broker } from './broker.ts';

/** Names with what names may hold: markup, quotes, slashes, percent, right-to-left, emoji, 255 bytes. */
export const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  `"quoted" 'twice'`,
  'a/b//c',
  '100%25 & 50%?',
  'plus+and space',
  '=HYPERLINK("http://evil.example")',
  'שלום-עולם',
  '🐇🐇',
  'x'.repeat(255),
];

const at = (...names: string[]) => names.map(encodeURIComponent).join('/');

/** Declares a queue. */
export async function queue(broker: Broker, name: string, body: object = {}, vhost = '/'): Promise<void> {
  await broker.send('PUT', `/api/queues/${at(vhost, name)}`, { durable: true, ...body });
}

/** Deletes a queue, if it is there. */
export async function remove(broker: Broker, name: string, vhost = '/'): Promise<void> {
  await queue(broker, name, {}, vhost);
  await broker.send('DELETE', `/api/queues/${at(vhost, name)}`);
}

/** Declares an exchange. */
export async function exchange(broker: Broker, name: string, type = 'topic', vhost = '/'): Promise<void> {
  await broker.send('PUT', `/api/exchanges/${at(vhost, name)}`, { type, durable: true });
}

/** Binds a queue or an exchange to an exchange. */
export async function bind(broker: Broker, source: string, kind: 'q' | 'e', destination: string, key: string): Promise<void> {
  await broker.send('POST', `/api/bindings/${at('/')}/e/${at(source)}/${kind}/${at(destination)}`, { routing_key: key });
}

/** Publishes so many messages to a queue. */
export async function publish(broker: Broker, name: string, count: number, vhost = '/'): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    const message = { routing_key: name, payload: 'hello', payload_encoding: 'string', properties: {} };
    await broker.send('POST', `/api/exchanges/${at(vhost)}/amq.default/publish`, message);
  }
}

/** The address of a page of one object. */
export const page = (kind: string, ...names: string[]) => `/brokers/demo/${kind}/${at(...names)}`;
