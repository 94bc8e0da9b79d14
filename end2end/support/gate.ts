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
    // What is to be changed has to be legible.
    if (changes) headers['accept-encoding'] = 'identity';
    const onward = request(`${this.target}${path}`, { method: incoming.method, headers }, answer => {
      this.options.sees?.(answer);
      const isJson = answer.headers['content-type']?.includes('json');
      if (changes && isJson) {
        // Whoever asked may be gone before the answer has come as a whole.
        change(answer, outgoing, body => changes(path, body)).catch(() => outgoing.destroy());
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

/** Passes an answer on with another body. */
async function change(answer: IncomingMessage, outgoing: ServerResponse, changes: (body: any) => unknown): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
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
