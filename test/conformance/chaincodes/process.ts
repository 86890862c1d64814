/** The process that serves the suite's chaincodes. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../support/root';
import { type Served } from './main';

export interface ChaincodeProcess {
  stop(): Promise<void>;
}

const LISTENING_WITHIN_MS = 30_000;

/** Starts to serve; resolves when all listen. @throws Error when they do not in time */
export async function startChaincodes(served: readonly Served[]): Promise<ChaincodeProcess> {
  // From the sources under jest, from what is compiled otherwise.
  const fromSource = __filename.endsWith('.ts');
  const child = fork(join(__dirname, fromSource ? 'main.ts' : 'main.js'), [JSON.stringify(served)], {
    execArgv: fromSource ? ['-r', join(ROOT, 'network', 'embedded', 'testing', 'register.cjs')] : [],
    env: { ...process.env, CORE_CHAINCODE_LOGGING_LEVEL: 'ERROR', CORE_CHAINCODE_LOGGING_SHIM: 'ERROR' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  };
  try {
    await listening(child);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`the chaincodes did not listen within ${LISTENING_WITHIN_MS / 1000} s`));
    }, LISTENING_WITHIN_MS);
    child.once('message', () => {
      clearTimeout(timer);
      resolve();
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the chaincodes ended with ${code ?? 'a signal'} before they listened`));
    });
    child.once('error', reject);
  });
}
