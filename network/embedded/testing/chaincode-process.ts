/** Runs the test chaincode as a process of its own, as a real chaincode service is. */
import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** A running chaincode service. */
export interface ChaincodeProcess {
  readonly address: string;
  readonly pid: number;
  /** Resolves when the process has ended by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts the chaincode on a unix socket in the folder; resolves when it listens. */
export async function startChaincode(folder: string): Promise<ChaincodeProcess> {
  const socket = join(folder, 'chaincode.sock');
  // A socket file that is left over keeps the chaincode from listening.
  rmSync(socket, { force: true });
  const address = `unix:${socket}`;
  const child = fork(join(__dirname, 'chaincode.cjs'), [], {
    env: {
      ...process.env,
      CHAINCODE_ADDRESS: address,
      CORE_CHAINCODE_LOGGING_LEVEL: 'ERROR',
      CORE_CHAINCODE_LOGGING_SHIM: 'ERROR',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  await listening(child);
  return {
    address,
    pid: child.pid ?? 0,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('message', () => {
      resolve();
    });
    child.once('exit', (code) => {
      reject(new Error(`the chaincode ended with ${code ?? 'a signal'} before it listened`));
    });
    child.once('error', reject);
  });
}
