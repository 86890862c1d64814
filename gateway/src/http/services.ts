/** What the handlers work with. */
import type { Logger } from 'pino';
import type { TokenVerifier } from '../auth/tokens';
import type { ImportService } from '../imports/service';
import type { Blocks } from '../ledger/blocks';
import type { NetworkDirectory } from '../ledger/directory';
import type { GroupedReads } from '../ledger/reads';
import type { Metrics } from '../metrics';
import type { Outbox } from '../outbox/outbox';
import type { OutboxStore } from '../outbox/store';
import type { Readiness } from '../readiness';

export type Services = Readonly<{
  tokens: TokenVerifier;
  directory: NetworkDirectory;
  reads: GroupedReads;
  blocks: Blocks;
  metrics: Metrics;
  log: Logger;
  readiness: Readiness;
  /** @throws ProblemError LEDGER_UNAVAILABLE while the database is not open yet. */
  outbox: () => Outbox;
  store: () => OutboxStore;
  imports: () => ImportService;
}>;
