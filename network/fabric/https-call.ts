/** One HTTPS call to a node, and its answer as text. */
import { request, type RequestOptions } from 'node:https';

/** What a node answered. */
export interface HttpsAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * @param options where to, by which certificates
 * @param withinMs how long all of it may take
 * @throws Error when there is no whole answer in time
 */
export function callHttps(options: RequestOptions, withinMs: number, body?: Uint8Array): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const late = error.name === 'AbortError' || error.name === 'TimeoutError';
      reject(late ? new Error(`no answer within ${withinMs / 1000} s`) : error);
    };
    const asked = request({ ...options, signal: AbortSignal.timeout(withinMs) });
    asked.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    asked.on('error', fail);
    asked.end(body);
  });
}
