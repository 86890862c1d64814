/** The channel participation API of an orderer: mutual TLS, for its administrators. */
import { randomBytes } from 'node:crypto';
import { type KeyPair } from '../identity/authority';
import { callHttps, type HttpsAnswer } from './https-call';

export interface OrdererAdmin {
  /** Its TLS certificate is for it. */
  readonly host: string;
  readonly port: number;
  /** Both sides' certificates are of this CA. */
  readonly tlsCaPem: string;
  readonly tls: KeyPair;
}

const CALL_WITHIN_MS = 30_000;
const PATH = '/participation/v1/channels';

/** Names of the channels that the orderer takes part in. @throws Error when it cannot be asked */
export async function joinedChannels(admin: OrdererAdmin): Promise<readonly string[]> {
  const { status, text } = await call(admin, 'GET');
  if (status !== 200) throw new Error(`the orderer answered ${status}: ${text}`);
  const { channels } = JSON.parse(text) as { channels: readonly { name: string }[] | null };
  return (channels ?? []).map(({ name }) => name);
}

/**
 * Lets the orderer join a channel.
 * @param block the channel's first, serialised
 * @throws Error with the orderer's own words
 */
export async function joinChannel(admin: OrdererAdmin, block: Uint8Array): Promise<void> {
  const boundary = randomBytes(16).toString('hex');
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="config-block"; filename="config.block"\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), block, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const { status, text } = await call(admin, 'POST', body, `multipart/form-data; boundary=${boundary}`);
  if (status !== 201) throw new Error(`the orderer did not join: ${status} ${text}`);
}

function call(
  { host, port, tlsCaPem, tls }: OrdererAdmin,
  method: 'GET' | 'POST',
  body?: Buffer,
  contentType?: string,
): Promise<HttpsAnswer> {
  const headers = body === undefined ? {} : { 'Content-Type': contentType, 'Content-Length': body.length };
  const options = { method, host, port, path: PATH, ca: tlsCaPem, cert: tls.certPem, key: tls.keyPem, headers };
  return callHttps(options, CALL_WITHIN_MS, body);
}
