/** What the gateway counts and times, for Prometheus. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Why a group is tried again. */
const REASONS = ['conflict', 'unavailable', 'refused', 'unknown', 'claimant'] as const;

export type Metrics = Readonly<{
  registry: Registry;
  /** Labels: method, route, status. Seconds. */
  requests: Histogram<'method' | 'route' | 'status'>;
  /** Labels: stage (endorse, submit_and_commit, db_insert, db_begin, db_envelope, db_conclude, evaluate). Seconds. */
  stages: Histogram<'stage'>;
  /** Commands of a transaction. */
  groupSize: Histogram;
  /** Labels: reason. */
  retries: Counter<'reason'>;
  pending: Gauge;
  /** Unix time in seconds; 0 while there is none. */
  oldest: Gauge;
}>;

/** A registry of its own, so that several gateways can run in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const retries = new Counter({
    name: 'onepledge_retries_total',
    help: 'Groups tried again, by reason',
    labelNames: ['reason'],
    registers,
  });
  // A counter that begins with its first event hides that one from every rate.
  for (const reason of REASONS) retries.inc({ reason }, 0);
  return {
    registry,
    requests: new Histogram({
      name: 'onepledge_http_request_seconds',
      help: 'Time of HTTP requests',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    }),
    stages: new Histogram({
      name: 'onepledge_stage_seconds',
      help: 'Time of the stages of writes and reads',
      labelNames: ['stage'],
      buckets: SECONDS,
      registers,
    }),
    groupSize: new Histogram({
      name: 'onepledge_group_commands',
      help: 'Commands of a transaction',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      registers,
    }),
    retries,
    pending: new Gauge({ name: 'onepledge_pending_intents', help: 'Intents without a final answer', registers }),
    oldest: new Gauge({
      name: 'onepledge_oldest_intent_timestamp_seconds',
      help: 'Unix time since which the oldest intent waits for a final answer, 0 while none does',
      registers,
    }),
  };
}

/** Runs work and notes its time under a stage, whether it succeeds or not. */
export async function timed<T>(metrics: Metrics, stage: string, work: () => Promise<T>): Promise<T> {
  const end = metrics.stages.startTimer({ stage });
  try {
    return await work();
  } finally {
    end();
  }
}
