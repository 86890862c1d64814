/** Ports for programs that must find theirs again after a restart. */
import { createServer } from 'node:net';

// Below what systems give to outgoing connections: a port that was left for a moment must still be free afterwards.
const FIRST = 20_000;
const COUNT = 12_000;

/** A free port of the loopback interface. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error('there is no free port');
}

function isFree(port: number): Promise<boolean> {
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
