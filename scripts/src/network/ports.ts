/** Ports: whether they are free, and finding one that is. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { errorCode } from '../cli/errors';

/** Whether a server could listen there now. @throws Error for reasons other than that it is taken */
export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (errorCode(error) === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** A port that is free now. */
export function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host }, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}

/**
 * Whether all ports that a consortium file names are free. The file is only looked through for `port:`, as reading it properly
 * would load its whole schema; the network itself reads it properly.
 */
export async function peerPortsFree(consortiumFile: string, host: string): Promise<boolean> {
  const ports = [...readFileSync(consortiumFile, 'utf8').matchAll(/\bport:\s*([0-9]{1,5})\b/g)].map(([, port]) =>
    Number(port),
  );
  const free = await Promise.all(ports.map((port) => isFree(port, host)));
  return free.every(Boolean);
}
