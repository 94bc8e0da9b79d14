// A portal: somebody else's page on an origin of its own, and the server behind it that trades its
// key for guest tokens.

import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

import type { Warren } from './warren.ts';

const TYPES: Record<string, string> = {
  '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.svg': 'image/svg+xml',
};

interface Options {
  /** By which it is registered. */
  name?: string;
  /** A folder that it serves in the place of pages of the test. */
  folder?: string;
  /** A host name of its own: another site, not another port alone. */
  host?: string;
}

export class Portal {
  readonly name: string;
  readonly key = randomBytes(24).toString('hex');
  /** What is asked for with the next token, beside the origin. */
  scope: { panels?: string[]; brokers?: string[]; vhosts?: string[]; lifetime?: number } = {};
  /** How often its page asked for a token. */
  asked = 0;
  /** Its pages' content security policy. */
  policy?: string;
  /** Further headers of its pages. */
  headers: Record<string, string> = {};
  /** Answers in the place of a token, where the test wants one. */
  refuse?: number;
  /** What its pages asked for: paths. */
  readonly requests: string[] = [];
  /** The pages, by their paths. */
  readonly pages = new Map<string, string>();
  private warren?: Warren;

  private constructor(private readonly server: Server, private readonly options: Options) {
    this.name = options.name ?? 'shop';
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(options: Options = {}): Promise<Portal> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new Portal(server, options);
  }

  get origin(): string {
    return `http://${this.options.host ?? '127.0.0.1'}:${(this.server.address() as AddressInfo).port}`;
  }

  /** The flags of `warren serve` for it. */
  get flags(): string[] {
    const hash = createHash('sha256').update(this.key).digest('hex');
    return ['--portal', `${this.name}=${this.origin}`, '--portal-key-hash', `${this.name}=${hash}`];
  }

  /** Where its server asks for tokens. */
  use(warren: Warren): void {
    this.warren = warren;
  }

  stop = async (): Promise<void> => {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  };

  /** A guest token, as its server gets one. */
  async token(): Promise<string> {
    const answer = await fetch(`${this.warren!.apiUrl}/v2/rabbit/guest-tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-service-key': this.key },
      body: JSON.stringify({ portal: this.name, origin: this.origin, ...this.scope }),
    });
    if (answer.status !== 201) throw new Error(`no guest token: ${answer.status} ${await answer.text()}`);
    const { token } = (await answer.json()) as { token: string };
    return token;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, this.origin);
    this.requests.push(pathname);
    if (pathname === '/warren-token') {
      this.asked += 1;
      if (this.refuse) {
        response.writeHead(this.refuse).end();
        return;
      }
      try {
        const token = await this.token();
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token }));
      } catch (error) {
        response.writeHead(502).end(String(error));
      }
      return;
    }
    const headers: Record<string, string> = { 'content-type': 'text/html; charset=utf-8', ...this.headers };
    if (this.policy) headers['content-security-policy'] = this.policy;
    const page = this.pages.get(pathname);
    if (page !== undefined) {
      response.writeHead(200, headers).end(page);
      return;
    }
    const file = this.options.folder && join(this.options.folder, pathname === '/' ? 'index.html' : pathname);
    if (file && !pathname.includes('..') && existsSync(file) && statSync(file).isFile()) {
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { ...headers, 'content-type': type });
      createReadStream(file).pipe(response);
      return;
    }
    response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
  }
}

/** A page that embeds: the script of the element, a style that keeps its place, and this. */
export function page(warren: string, body: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A portal</title>
<link rel="icon" href="data:,"><script type="module" src="${warren}/embed.js"></script>
<style>body { font: 16px serif; margin: 20px } warren-panel { display: block; margin-bottom: 12px }</style>
</head><body>${body}</body></html>`;
}

/** A panel that has its token from the portal's server. */
export const panel = (name: string, attributes = '') =>
  `<warren-panel panel="${name}" broker="demo" token-url="/warren-token" height="340" ${attributes}></warren-panel>`;
