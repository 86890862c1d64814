/** Ports of the loopback interface for programs that must find theirs again after a restart. */
import { createServer } from 'node:net';

// Below what systems give to outgoing connections: the port must still be free when the node starts, and after a restart.
const FIRST = 20_000;
const COUNT = 12_000;

/** A port on which nobody listens. @param except not one of these @throws Error when there is none */
export async function freePort(except: readonly number[] = []): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (!except.includes(port) && (await isFree(port))) return port;
  }
  throw new Error('there is no free port');
}

/** Whether nobody listens on the port. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
