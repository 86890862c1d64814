/** The machine's figures, without which no other figure says anything. */
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

export type Machine = Readonly<{
  cores: number;
  model: string;
  memoryGiB: string;
  platform: string;
  node: string;
  /** Load average of the last minute when the benchmark began: others' work is in the figures. */
  loadBefore: string;
}>;

/** Asks the system. */
export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    model: cpus()[0]?.model ?? 'unknown',
    memoryGiB: (totalmem() / 2 ** 30).toFixed(1),
    platform: `${platform()} ${release()}`,
    node: process.versions.node,
    loadBefore: (loadavg()[0] ?? 0).toFixed(2),
  };
}
