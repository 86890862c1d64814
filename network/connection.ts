/** Where the running network is to be reached: `<home>/network/connection.json`, for gateways, the CLI and tests. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isCode } from './identity/key-file';

const ConnectionSchema = z.object({
  channel: z.string(),
  chaincode: z.string(),
  organizations: z.array(
    z.object({
      name: z.string(),
      mspId: z.string(),
      displayName: z.string(),
      uscc: z.string(),
      kinds: z.array(z.enum(['REGISTRAR', 'FINANCIER', 'WAREHOUSE', 'REGULATOR', 'AUDITOR'])),
      peers: z.array(z.object({ endpoint: z.string(), tlsCaPem: z.string(), serverName: z.string() })),
    }),
  ),
  /** Where the orderers listen; none in files of networks that have no such endpoint. */
  orderers: z
    .array(
      z.object({
        mspId: z.string(),
        endpoint: z.string(),
        /** Where its administrators call, with mutual TLS; where it is not said, only the machine that it runs on knows. */
        adminEndpoint: z.string().optional(),
        tlsCaPem: z.string(),
        serverName: z.string(),
      }),
    )
    .default([]),
  /** All peers answer from one ledger, so that none is ever behind another. */
  oneLedger: z.boolean().default(false),
  /** The network's process; 0 when it is not a single one. */
  pid: z.int().nonnegative(),
  /** RFC 3339. */
  startedAt: z.iso.datetime(),
});

/** How clients reach the network: `endpoint` is host:port, `serverName` the name in the peer's TLS certificate. */
export type Connection = Readonly<z.infer<typeof ConnectionSchema>>;

/** NOT_RUNNING: there is no network, or its process is gone. MALFORMED: the file is there and cannot be used. */
export type ConnectionErrorReason = 'NOT_RUNNING' | 'MALFORMED';

/** The network cannot be reached, as far as its connection file says. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly reason: ConnectionErrorReason;

  constructor(reason: ConnectionErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The file's path in a home. */
export function connectionFile(home: string): string {
  return join(home, 'network', 'connection.json');
}

/** Publishes the connection in one step: a reader finds the old file or the new one. For the network, once it is ready. */
export function writeConnection(home: string, connection: Connection): void {
  const file = connectionFile(home);
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  mkdirSync(join(home, 'network'), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(temporary, `${JSON.stringify(connection, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Takes the connection away, for a network that stops; only when it is the one that this process published. */
export function removeConnection(home: string, pid: number): void {
  let current: Connection;
  try {
    current = load(connectionFile(home));
  } catch (error) {
    if (error instanceof ConnectionError) return;
    throw error;
  }
  if (current.pid === pid) rmSync(connectionFile(home), { force: true });
}

/**
 * The connection of the network that runs in this home.
 * @throws ConnectionError when none runs, also when it ended without taking its connection away.
 */
export function readConnection(home: string): Connection {
  const file = connectionFile(home);
  const connection = load(file);
  if (!isAlive(connection.pid)) {
    throw new ConnectionError(
      'NOT_RUNNING',
      `the network is not running: its process ${connection.pid} has ended (${file})`,
    );
  }
  return connection;
}

function load(file: string): Connection {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConnectionError('NOT_RUNNING', `the network is not running: there is no ${file}`, { cause: error });
  }
  try {
    return ConnectionSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ConnectionError('MALFORMED', `${file} is not a connection file`, { cause: error });
  }
}

function isAlive(pid: number): boolean {
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to another user.
    return isCode(error, 'EPERM');
  }
}
