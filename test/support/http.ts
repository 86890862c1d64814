/** A bare HTTP call: one request, one answer, with a deadline. */
import { Agent, request } from 'node:http';

// As many connections as a busy client would hold; more requests wait for one of them.
const agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 64 });

export type HttpRequest = Readonly<{
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  timeoutMs?: number;
}>;

export type HttpAnswer = Readonly<{
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  text: string;
}>;

/** @throws Error when the connection fails, or when there is no whole answer in time. */
export async function http(request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await send(request);
  } catch (error) {
    // The server may close an idle connection at the moment in which it is used again (RFC 9110, 9.3.1); nothing was read then.
    if (error instanceof StaleConnection) return send(request);
    throw error;
  }
}

class StaleConnection extends Error {}

function send({ method, url, headers = {}, body, timeoutMs = 60_000 }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const call = request(url, {
      method,
      agent,
      headers: { ...length, ...headers },
      signal: AbortSignal.timeout(timeoutMs),
    });
    call.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const flat = Object.entries(answer.headers).map(
          ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value] as const,
        );
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(flat), text });
      });
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      const stale = call.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    call.end(body);
  });
}
