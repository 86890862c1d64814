/** The load generator, a process of its own: a fixed number of clients, each on its own connection, each sending as soon as it has its answer. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { quantile } from './statistics';
import { registration } from './receivables';

/** What the clients ask for. `serials` are drawn in order by `register`, at random by `repeat`. */
export type LoadJob = Readonly<{
  url: string;
  token: string;
  clients: number;
  seconds: number;
  work:
    | Readonly<{ kind: 'register'; firstSerial: number }>
    | Readonly<{ kind: 'repeat'; below: number }>
    | Readonly<{ kind: 'read'; ids: readonly string[] }>;
}>;

export type LoadResult = Readonly<{
  /** Requests answered as expected. */
  done: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
  /** Number of answers by status; 0 stands for none. */
  statuses: Readonly<Record<string, number>>;
  /** Ids of some receivables that were registered. */
  ids: readonly string[];
  /** First answer that was not as expected. */
  surprise: string | undefined;
  /** Processor time of this process, in seconds. */
  cpuSeconds: number;
}>;

type Asked = Readonly<{ method: string; path: string; body: string | undefined; expected: number }>;
type Answered = Readonly<{ status: number; text: string }>;

const REQUEST_TIMEOUT_MS = 30_000;
const KEPT_IDS = 5_000;

function asker(work: LoadJob['work']): () => Asked {
  switch (work.kind) {
    case 'register': {
      let serial = work.firstSerial;
      return () => ({
        method: 'POST',
        path: '/v1/receivables',
        body: JSON.stringify(registration(serial++)),
        expected: 201,
      });
    }
    case 'repeat':
      return () => {
        const serial = Math.floor(Math.random() * work.below);
        return { method: 'POST', path: '/v1/receivables', body: JSON.stringify(registration(serial)), expected: 409 };
      };
    case 'read': {
      let turn = 0;
      return () => {
        const id = work.ids[turn++ % work.ids.length] ?? '';
        return { method: 'GET', path: `/v1/receivables/${id}`, body: undefined, expected: 200 };
      };
    }
  }
}

function send(agent: Agent, job: LoadJob, asked: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { method, path, body } = asked;
    const headers: Record<string, string> = { authorization: `Bearer ${job.token}` };
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = String(Buffer.byteLength(body));
      headers['idempotency-key'] = randomUUID();
    }
    const sent = request(job.url + path, { method, agent, headers, timeout: REQUEST_TIMEOUT_MS }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Runs the clients for the job's time. */
export async function run(job: LoadJob): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: job.clients });
  const next = asker(job.work);
  const times: number[] = [];
  const ids: string[] = [];
  const statuses: Record<string, number> = {};
  let surprise: string | undefined;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const end = started + job.seconds * 1000;

  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const asked = next();
      const sent = performance.now();
      const { status, text } = await send(agent, job, asked).catch((error: unknown) => ({
        status: 0,
        text: String(error),
      }));
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status !== asked.expected) {
        surprise ??= `${asked.method} ${asked.path}: ${status} ${text.slice(0, 300)}`;
        continue;
      }
      times.push(performance.now() - sent);
      if (status === 201 && ids.length < KEPT_IDS) ids.push((JSON.parse(text) as { id: string }).id);
    }
  };
  await Promise.all(Array.from({ length: job.clients }, client));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  const { user, system } = process.cpuUsage(cpu);
  return {
    done: times.length,
    perSecond: times.length / seconds,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
    statuses,
    ids,
    surprise,
    cpuSeconds: (user + system) / 1e6,
  };
}

process.on('message', (job: LoadJob) => {
  void run(job).then((result) => process.send?.(result));
});
