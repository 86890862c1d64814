/** Where the chaincode listens: a socket in a private folder, or a loopback port where that cannot be. */
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports';

/** `address` as gRPC writes it; `release` takes a stale socket away, which would end the chaincode at its start, `remove` all that was made for it. */
export type ChaincodeAddress = Readonly<{ address: string; release: () => void; remove: () => void }>;

// sockaddr_un holds 104 to 108 bytes, depending on the system.
const LONGEST_PATH = 100;

/** The address for the network of a home; the same at every start where it is a socket. */
export async function chaincodeAddress(home: string): Promise<ChaincodeAddress> {
  const folder = join(tmpdir(), `onepledge-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
  const path = join(folder, 'cc.sock');
  if (process.platform !== 'win32' && Buffer.byteLength(path) <= LONGEST_PATH && makePrivate(folder)) {
    return {
      address: `unix:${path}`,
      release: () => {
        rmSync(path, { force: true });
      },
      remove: () => {
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }
  const port = await freePort('127.0.0.1');
  return { address: `127.0.0.1:${port}`, release: () => undefined, remove: () => undefined };
}

/** Whether the folder is ours alone: others may write to the folder for temporary things. */
function makePrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
    chmodSync(folder, 0o700);
    return true;
  } catch {
    return false;
  }
}
