// A reverse proxy between two of ours, which tests open, close, and look through.

import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';

export interface GateOptions {
  /** Whether a request may pass. */
  passes?: (path: string, headers: IncomingHttpHeaders) => boolean;
  /** The status that the others are answered with. */
  refusal?: number;
  /** Headers to put on what passes. */
  headers?: (request: IncomingMessage) => Record<string, string>;
  /** Changes the JSON of an answer; what it returns nothing for passes as it is. */
  changes?: (path: string, body: any) => unknown;
  /** Where to break an answer's text in two: before the first match. The rest waits for `release`. */
  breaks?: (path: string) => string | undefined;
  /** When the rest of a broken answer goes on. */
  release?: Promise<void>;
  /** Looks at each answer's head. */
  sees?: (answer: IncomingMessage) => void;
}

export class Gate {
  /** Paths that were not let through. */
  readonly refused: string[] = [];
  private server?: Server;
  private readonly sockets = new Set<Socket>();
  private port = 0;

  private constructor(
    private readonly target: string,
    private readonly options: GateOptions,
  ) {}

  /** An open gate in front of `target`, an origin. */
  static async open(target: string, options: GateOptions = {}): Promise<Gate> {
    const gate = new Gate(target, options);
    await gate.open();
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens; after a `close` on the same port as before. */
  async open(): Promise<void> {
    const server = createServer((incoming, outgoing) => this.pass(incoming, outgoing));
    server.on('connection', socket => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Refuses connections and cuts those that are open. */
  async close(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const path = incoming.url ?? '/';
    const { passes = () => true, refusal = 404 } = this.options;
    if (!passes(path, incoming.headers)) {
      this.refused.push(path);
      outgoing.writeHead(refusal, { 'content-type': 'application/json' }).end('{"error":"refused"}');
      return;
    }
    const headers = { ...incoming.headers, ...this.options.headers?.(incoming) };
    const { changes } = this.options;
    const mark = this.options.breaks?.(path);
    // What is to be changed has to be legible.
    if (changes || mark) headers['accept-encoding'] = 'identity';
    const onward = request(`${this.target}${path}`, { method: incoming.method, headers }, answer => {
      this.options.sees?.(answer);
      const isJson = answer.headers['content-type']?.includes('json');
      if (changes && isJson) {
        // Whoever asked may be gone before the answer has come as a whole.
        change(answer, outgoing, body => changes(path, body)).catch(() => outgoing.destroy());
        return;
      }
      if (mark) {
        inTwo(answer, outgoing, mark, this.options.release).catch(() => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => {
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end();
    });
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }
}

/** The whole body of an answer. */
async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** Passes an answer on as far as `mark`, and the rest later. */
async function inTwo(
  answer: IncomingMessage, outgoing: ServerResponse, mark: string, release?: Promise<void>,
): Promise<void> {
  const text = await textOf(answer);
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`an answer without ${mark}`);
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  outgoing.write(text.slice(0, at));
  await release;
  outgoing.end(text.slice(at));
}

/** Passes an answer on with another body. */
async function change(answer: IncomingMessage, outgoing: ServerResponse, changes: (body: any) => unknown): Promise<void> {
  const text = await textOf(answer);
  let body = text;
  try {
    const changed = changes(JSON.parse(text));
    if (changed !== undefined) body = JSON.stringify(changed);
  } catch {
    // No JSON after all.
  }
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = answer.headers;
  outgoing.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': Buffer.byteLength(body) });
  outgoing.end(body);
}
