/** Which configurations may follow one another, whoever signs. */
import { type Bundle } from './bundle';
import { ConfigError } from './errors';
import { decodeConsenters } from './values';

/**
 * Whether a configuration may take the place of another.
 * @throws ConfigError
 */
export function requireSuccessor(before: Bundle, after: Bundle): void {
  requireSameMsps('orderer', before.ordering, after.ordering);
  requireSameMsps('application', before.application, after.application);
  requireSameOrderers(before, after);
}

/** An organisation's group may go, not become another MSP's. */
function requireSameMsps(part: string, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  for (const [name, mspId] of before) {
    const now = after.get(name);
    if (now === undefined || now === mspId) continue;
    throw new ConfigError(`${part} org ${name} attempted to change MSP ID from ${mspId} to ${now}`);
  }
}

const METADATA = 'consensus metadata update for channel config update is invalid: ';

/** This network has its one orderer, which another cannot join and which nobody can take the place of. */
function requireSameOrderers({ consensus: before }: Bundle, { consensus: after }: Bundle): void {
  if (before.type !== after.type) {
    throw new ConfigError(
      `attempted to change consensus type from ${before.type} to ${after.type}, but the embedded network has one orderer`,
    );
  }
  const [old, current] = [decodeConsenters(before.metadata), decodeConsenters(after.metadata)];
  if (current.length === 0) throw new ConfigError(`${METADATA}invalid new config metadata: empty consenter set`);
  if (old.length === current.length && old.every((address) => current.includes(address))) return;
  throw new ConfigError(`${METADATA}the embedded network has one orderer, at ${old.join(', ')}`);
}
