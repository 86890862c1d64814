/** A small real HTTP server for tests of clients. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type Received = Readonly<{
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}>;

/** What to answer; `destroy` breaks the connection without an answer. */
export type Reply = Readonly<{ status: number; body: unknown; headers?: Record<string, string> }> | 'destroy';

/**
 * Runs a test with a server.
 * @param answer decides on each request, in the order in which they come
 */
export async function withServer(
  answer: (request: Received) => Reply,
  test: (url: string, received: readonly Received[]) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const got = { method, url, headers, body: Buffer.concat(chunks) };
      received.push(got);
      send(answer(got), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    await test(`http://127.0.0.1:${address.port}`, received);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function send(reply: Reply, response: ServerResponse): void {
  if (reply === 'destroy') {
    response.destroy();
    return;
  }
  response.writeHead(reply.status, { 'Content-Type': 'application/json', ...reply.headers });
  response.end(JSON.stringify(reply.body));
}
