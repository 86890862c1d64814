/** Chaincode packages (.tar.gz) as `peer lifecycle chaincode package` makes them: what one says, and how to make one. */
import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseDuration } from '../../configuration/batch';
import { type KeyPair } from '../../identity/authority';
import { packTar, TarError, type TarFile, unpackTar } from './tar';

/** The package cannot be read or run; Fabric's words. */
export class PackageError extends Error {
  override readonly name = 'PackageError';
}

export interface ChaincodePackage {
  /** `<label>:<SHA-256 of the package in hex>`. */
  readonly id: string;
  readonly label: string;
  /** `ccaas` is the only one that runs here. */
  readonly type: string;
  readonly code: Buffer;
}

/** An unpacked package is not larger than this, in bytes: a small file could otherwise fill the memory. */
const MAX_UNPACKED = 100 * 1024 * 1024;
const LABEL = /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/;

/**
 * The address in a package that was made for a chaincode of the consortium's description: the network knows where that
 * listens, and it may be elsewhere at the next start. Operators use such places for other builders, too.
 */
export const addressPlace = (chaincode: string): string => `{{.${chaincode}}}`;

/** The chaincode whose address belongs in this place; undefined: it is an address. */
export function chaincodeOfPlace(address: string): string | undefined {
  return /^\{\{\.(.+)\}\}$/.exec(address)?.[1];
}

/** @throws PackageError */
export function parsePackage(bytes: Buffer): ChaincodePackage {
  const files = unpack(bytes);
  const metadata = files.get('metadata.json');
  const code = files.get('code.tar.gz');
  if (code === undefined) throw new PackageError('did not find a code package inside the package');
  if (metadata === undefined) throw new PackageError('did not find any package metadata (missing metadata.json)');
  const { label, type } = parseMetadata(metadata);
  if (!LABEL.test(label)) {
    throw new PackageError(
      `invalid label '${label}'. Label must be non-empty, can only consist of alphanumerics, symbols from '.+-_', ` +
        'and can only begin with alphanumerics',
    );
  }
  return { id: `${label}:${createHash('sha256').update(bytes).digest('hex')}`, label, type, code };
}

/** How a peer comes to the chaincode. */
export interface ChaincodeConnection {
  readonly address: string;
  /** How long a transaction waits for a chaincode that is not connected, in milliseconds. */
  readonly dialTimeoutMs: number;
  /** Undefined: plain text. */
  readonly tls: ConnectionTls | undefined;
}

/** How peer and chaincode know each other, in PEM. */
export interface ConnectionTls {
  /** CAs of the chaincode's certificate. */
  readonly caPem: string;
  /** What the peer shows of itself, where the chaincode wants to see it. */
  readonly client: KeyPair | undefined;
}

/**
 * What the code's connection.json says.
 * @throws PackageError when the package is of another type than ccaas, names no address or none that can be reached here.
 */
export function connectionOf({ type, code }: ChaincodePackage): ChaincodeConnection {
  if (type !== 'ccaas') throw new PackageError(`packages of type '${type}' are not built here, only 'ccaas'`);
  const connection = unpack(code).get('connection.json');
  if (connection === undefined) throw new PackageError('connection.json not found in source folder');
  const fields = parseObject(connection, 'connection.json');
  const address = textOf(fields['address'], 'address');
  const tls = fields['tls_required'] === true ? tlsOf(fields) : undefined;
  return { address, dialTimeoutMs: dialTimeout(fields['dial_timeout']), tls };
}

/** @throws PackageError when a certificate or key is missing or none */
function tlsOf(fields: Readonly<Record<string, unknown>>): ConnectionTls {
  const isMutual = fields['client_auth_required'] === true;
  const client = isMutual
    ? { keyPem: textOf(fields['client_key'], 'tls key'), certPem: textOf(fields['client_cert'], 'tls cert') }
    : undefined;
  const caPem = textOf(fields['root_cert'], 'tls root cert');
  try {
    createSecureContext({ ca: caPem, key: client?.keyPem, cert: client?.certPem });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PackageError(`connection.json has certificates or a key that cannot be read: ${reason}`);
  }
  return { caPem, client };
}

/** @throws PackageError in Fabric's words */
function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new PackageError(`chaincode ${what} not provided`);
}

/** As Go's peers read it: a text such as 10s, or nanoseconds; 0 is the default, three seconds. */
function dialTimeout(value: unknown): number {
  const ms = typeof value === 'string' ? parseDuration(value) : typeof value === 'number' ? value / 1e6 : undefined;
  if (ms === undefined && value !== undefined && value !== null) {
    throw new PackageError('connection.json has a dial_timeout that is no duration');
  }
  return ms === undefined || ms === 0 ? DEFAULT_DIAL_TIMEOUT_MS : Math.max(0, ms);
}

const DEFAULT_DIAL_TIMEOUT_MS = 3_000;

/** The bytes of a package for a chaincode that listens at the address. */
export function makePackage(label: string, address: string): Buffer {
  const file = (name: string, value: unknown): TarFile => ({ name, content: Buffer.from(JSON.stringify(value)) });
  const connection = { address, dial_timeout: '10s', tls_required: false };
  const code = gzipSync(packTar([file('connection.json', connection)]));
  return gzipSync(
    packTar([file('metadata.json', { path: '', type: 'ccaas', label }), { name: 'code.tar.gz', content: code }]),
  );
}

function unpack(bytes: Buffer): ReadonlyMap<string, Buffer> {
  let archive: Buffer;
  try {
    archive = gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED });
  } catch (error) {
    throw new PackageError(`error reading as gzip stream: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return new Map(unpackTar(archive).map(({ name, content }) => [name, content]));
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    throw new PackageError(
      error.message.startsWith('tar entry') ? error.message : `error inspecting next tar header: ${error.message}`,
    );
  }
}

function parseMetadata(bytes: Buffer): { readonly label: string; readonly type: string } {
  const { label = '', type = '' } = parseObject(bytes, 'metadata.json');
  if (typeof label !== 'string' || typeof type !== 'string') {
    throw new PackageError('could not unmarshal metadata.json as json: label and type must be texts');
  }
  return { label, type };
}

function parseObject(bytes: Buffer, file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Not JSON: refused below, as what is no object.
  }
  throw new PackageError(`could not unmarshal ${file} as json`);
}
