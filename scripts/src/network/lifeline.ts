/**
 * Loaded before each of the network's programs (`node -r`): ends it when its supervisor is gone. The supervisor holds the other
 * end of standard input and never writes to it; the system closes it however the supervisor ends, also by `kill -9`.
 */
import { isMainThread } from 'node:worker_threads';

const GRACE_MS = 10_000;

if (isMainThread) {
  const { stdin } = process;
  stdin.on('error', stop);
  stdin.on('end', stop);
  stdin.on('close', stop);
  stdin.resume();
  // It must not keep a program alive that has nothing else to do.
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
}

let stopping = false;

function stop(): void {
  if (stopping) return;
  stopping = true;
  // The program's own handler of SIGTERM ends it cleanly.
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => {
    process.kill(process.pid, 'SIGKILL');
  }, GRACE_MS).unref();
}
