/** When a block is full: the values BatchSize and BatchTimeout of a channel's configuration. */
import * as orderer from '@hyperledger/fabric-protos/lib/orderer/configuration_pb';

/** A channel's block cutting. */
export interface BatchSettings {
  readonly maxMessageCount: number;
  /** A block grows to so many bytes; a larger message gets a block of its own. */
  readonly preferredMaxBytes: number;
  /** A larger message is refused. */
  readonly absoluteMaxBytes: number;
  /** A block waits no longer for more messages, in milliseconds after its first. */
  readonly batchTimeoutMs: number;
}

/** The value BatchSize. */
export function batchSize(settings: Omit<BatchSettings, 'batchTimeoutMs'>): orderer.BatchSize {
  const message = new orderer.BatchSize();
  message.setMaxMessageCount(settings.maxMessageCount);
  message.setAbsoluteMaxBytes(settings.absoluteMaxBytes);
  message.setPreferredMaxBytes(settings.preferredMaxBytes);
  return message;
}

/** The value BatchTimeout, a duration as Go writes one. */
export function batchTimeout(milliseconds: number): orderer.BatchTimeout {
  const message = new orderer.BatchTimeout();
  message.setTimeout(`${milliseconds}ms`);
  return message;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/**
 * A duration as Go writes it, `1m30s` or `250ms`, in milliseconds.
 * @returns undefined when it is none
 */
export function parseDuration(text: string): number | undefined {
  const [, sign, rest = ''] = /^([+-]?)(.*)$/.exec(text) ?? [];
  if (rest === '0') return 0;
  const parts = [...rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== rest) return undefined;
  const sum = parts.reduce((total, [, amount, unit = '']) => total + Number(amount) * (UNITS.get(unit) ?? 0), 0);
  return sign === '-' ? -sum : sum;
}
