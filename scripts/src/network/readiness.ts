/** Asking a gateway whether it is ready. With node:http, as fetch would cost the supervisor memory for the rest of its life. */
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export type Readiness = Readonly<{ ready: boolean; why: string; height?: string | undefined }>;

/** One question to `/readyz`. Never throws: what goes wrong is the reason. */
export function askReady(gateway: string, timeoutMs = 2_000): Promise<Readiness> {
  return new Promise((resolve) => {
    const asked = request(new URL('/readyz', gateway), { timeout: timeoutMs, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (text.length < 4_096) text += chunk;
      });
      response.on('end', () => {
        const height = response.headers['ledger-height'];
        resolve({
          ready: response.statusCode === 200,
          why: response.statusCode === 200 ? '' : whyNot(text, response.statusCode),
          height: typeof height === 'string' ? height : undefined,
        });
      });
      response.on('error', (error) => {
        resolve({ ready: false, why: error.message });
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    asked.on('error', (error) => {
      resolve({ ready: false, why: describe(error) });
    });
    asked.end();
  });
}

const POLL_MS = 50;

/** Asks until it is ready, the time is over or it was cancelled. @returns the last answer */
export async function waitUntilReady(
  ask: () => Promise<Readiness>,
  timeoutMs: number,
  cancel: AbortSignal,
): Promise<Readiness> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer.ready || cancel.aborted || Date.now() > deadline) return answer;
    await sleep(POLL_MS);
  }
}

function describe(error: Error): string {
  return 'code' in error && error.code === 'ECONNREFUSED' ? 'nothing listens there yet' : error.message;
}

function whyNot(text: string, status: number | undefined): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line === '' ? `status ${status ?? 'unknown'}` : line;
}
