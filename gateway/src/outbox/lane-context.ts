/** What all lanes share. */
import type { Logger } from 'pino';
import type { LedgerWriter } from '../ledger/port';
import type { Metrics } from '../metrics';
import type { GroupLimits } from './group';
import type { Conclusion, OutboxStore } from './store';

export type LaneContext = Readonly<{
  ledger: LedgerWriter;
  store: OutboxStore;
  limits: GroupLimits & Readonly<{ maxTries: number }>;
  /** Deadline of one question for a commit, in milliseconds. */
  commitTimeout: number;
  /** How long a lane waits for a final state before it goes on without, in milliseconds. */
  patience: number;
  metrics: Metrics;
  log: Logger;
  /** Ends waits when the gateway stops. */
  signal: AbortSignal;
  /** Stores the end of a transaction, however often it takes; `answerFirst` tells the waiting clients before. */
  conclude: (conclusion: Conclusion, answerFirst: boolean) => Promise<void>;
  /** Stops all: another gateway carries out what this one had to. */
  overtaken: (error: Error) => void;
}>;
