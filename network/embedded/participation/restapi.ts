/** The channel participation API at the orderer, which `osnadmin` asks: HTTP over mutual TLS. */
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { type Logger } from 'pino';
import { ListenError } from '../listenerror';
import { fileOfForm, FormError } from './multipart';
import {
  channelInfo,
  type Channels,
  fetchBlock,
  joinChannel,
  ParticipationError,
  removeChannel,
  updateChannel,
} from './registrar';

const BASE = '/participation/v1/';
const CHANNELS = `${BASE}channels`;
/** Fabric's ChannelParticipation.MaxRequestBodySize. */
const MAX_BODY_BYTES = 1024 * 1024;

export interface ParticipationServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface ParticipationOptions {
  readonly channels: Channels;
  readonly tls: { readonly certPem: string; readonly keyPem: string };
  /** Who has a certificate of this CA is an administrator. */
  readonly tlsCaPem: string;
  /** 0: any free one. */
  readonly port: number;
  readonly logger: Logger;
}

/**
 * Serves the API on the loopback interface.
 * @throws ListenError when the port is taken
 */
export async function serveParticipation(options: ParticipationOptions): Promise<ParticipationServer> {
  const { tls, tlsCaPem, channels, logger } = options;
  const keys = { cert: tls.certPem, key: tls.keyPem, ca: tlsCaPem };
  const server = createServer({ ...keys, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    void answer(request, channels).then(
      ({ status, headers, body }) => {
        response.writeHead(status, headers).end(body);
      },
      (error: unknown) => {
        refuse(response, error, logger);
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new ListenError(`port ${options.port} cannot be listened on: ${error.message}`, { cause: error }));
    });
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

async function answer(request: IncomingMessage, channels: Channels): Promise<Answer> {
  const { pathname } = new URL(request.url ?? '/', 'https://orderer');
  const method = request.method ?? '';
  if (pathname === BASE && method === 'GET') return { status: 302, headers: { Location: CHANNELS }, body: '' };
  const [name, blocks, block, ...rest] = pathname.startsWith(`${CHANNELS}/`)
    ? pathname.slice(CHANNELS.length + 1).split('/')
    : [];
  if (pathname === CHANNELS) return channelsCall(request, method, channels);
  const isChannel = name !== undefined && name !== '' && rest.length === 0;
  if (isChannel && blocks === undefined) return channelCall(request, method, channels, name);
  if (isChannel && blocks === 'blocks' && block !== undefined && block !== '') {
    requireMethod(method, ['GET']);
    requireJson(request);
    const body = fetchBlock(channels, checkedName(name), block);
    return { status: 200, headers: { 'Cache-Control': 'no-store', 'Content-Type': 'application/octet-stream' }, body };
  }
  return { status: 404, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' };
}

async function channelsCall(request: IncomingMessage, method: string, channels: Channels): Promise<Answer> {
  requireMethod(method, ['GET', 'POST', 'PUT']);
  if (method === 'GET') {
    requireJson(request);
    const list = [...channels.keys()].map((name) => ({ name, url: `${CHANNELS}/${name}` }));
    return json(
      200,
      { systemChannel: null, channels: list.length === 0 ? null : list },
      { 'Cache-Control': 'no-store' },
    );
  }
  const contentType = request.headers['content-type'] ?? '';
  if (!contentType.startsWith('multipart/form-data')) {
    throw new ParticipationError(400, `unsupported Content-Type: [${contentType}]`);
  }
  requireJson(request);
  const body = await bodyOf(request);
  if (method === 'POST') return joinChannel(channels, fileOfForm(contentType, body, 'config-block'));
  const name = updateChannel(channels, fileOfForm(contentType, body, 'config-update-envelope'));
  const url = `${CHANNELS}/${name}`;
  return json(201, channelInfo(channels, name, url), { Location: url });
}

function channelCall(request: IncomingMessage, method: string, channels: Channels, name: string): Answer {
  requireMethod(method, ['GET', 'DELETE']);
  requireJson(request);
  const checked = checkedName(name);
  if (method === 'DELETE') return removeChannel(channels, checked);
  return json(200, channelInfo(channels, checked, `${CHANNELS}/${checked}`), { 'Cache-Control': 'no-store' });
}

function requireMethod(method: string, allowed: readonly string[]): void {
  if (!allowed.includes(method)) throw new ParticipationError(405, `invalid request method: ${method}`, allowed);
}

function requireJson({ headers: { accept = '' } }: IncomingMessage): void {
  if (accept === '' || /application\/json|application\/\*|\*\/\*/.test(accept)) return;
  throw new ParticipationError(406, 'response Content-Type is application/json only');
}

/** @throws ParticipationError when no channel can have the name */
function checkedName(name: string): string {
  if (name.length > 249) {
    throw new ParticipationError(400, 'invalid channel ID: channel ID illegal, cannot be longer than 249');
  }
  if (/^[a-z][a-z0-9.-]*$/.test(name)) return name;
  throw new ParticipationError(400, `invalid channel ID: '${name}' contains illegal characters`);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new ParticipationError(
        400,
        'cannot read form from request body: multipart: NextPart: http: request body too large',
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function json(status: number, content: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: `${escapeHtml(JSON.stringify(content))}\n`,
  };
}

/** Go's encoder writes these so, wherever they stand. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

function refuse(response: ServerResponse, error: unknown, logger: Logger): void {
  const known =
    error instanceof FormError
      ? new ParticipationError(400, error.message)
      : error instanceof ParticipationError
        ? error
        : undefined;
  if (known === undefined) logger.error({ err: error }, 'a call of the participation API failed unexpectedly');
  const { status, message, allow } = known ?? new ParticipationError(500, 'internal error');
  const { headers, body } = json(status, { error: message }, allow.length === 0 ? {} : { Allow: allow.join(', ') });
  response.writeHead(status, headers).end(body);
}
