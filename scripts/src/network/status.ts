/** `network status` */
import type { CommandSpec } from '../cli/command';
import { Unsuccessful } from '../cli/errors';
import { table } from '../cli/table';
import { isAlive, residentBytes } from './process-identity';
import { askReady } from './readiness';
import { allStates, type RunState } from './state';

export const status: CommandSpec = {
  verb: 'status',
  summary: 'what runs, and whether it is ready; exit code 0 when all of it is',
  examples: ['', '--json'],
  async run({ home, output }) {
    const running = allStates(home).filter(({ state }) => isAlive(state.supervisor));
    if (running.length === 0) {
      output.show({ home, running: false, ready: false, groups: [] }, () => `nothing is running in ${home}`);
      throw new Unsuccessful();
    }
    const groups = await Promise.all(running.map(({ state }) => describe(state)));
    const ready = groups.every((group) => group.ready);
    output.show({ home, running: true, ready, groups }, () => groups.map(groupText).join('\n\n'));
    if (!ready) throw new Unsuccessful();
  },
};

type Process = Readonly<{ name: string; pid: number; rssBytes?: number | undefined; restarts: number }>;
type Group = Readonly<{
  gateway: string;
  ready: boolean;
  why?: string;
  height?: string | undefined;
  startedAt: string;
  processes: readonly Process[];
}>;

async function describe(state: RunState): Promise<Group> {
  const { ready, why, height } = await askReady(state.gateway);
  const all = [{ ...state.supervisor, name: 'supervisor', restarts: 0 }, ...state.processes];
  const processes = all
    .filter(isAlive)
    .map(({ name, pid, restarts }) => ({ name, pid, rssBytes: residentBytes(pid), restarts }));
  const { gateway, startedAt } = state;
  return { gateway, ready, ...(ready ? {} : { why }), height, startedAt, processes };
}

function groupText(group: Group): string {
  const height = group.height === undefined ? '' : `, ledger height ${group.height}`;
  const head = `${group.gateway}: ${group.ready ? 'ready' : `not ready: ${group.why ?? ''}`}${height}, since ${group.startedAt}`;
  const rows = group.processes.map(({ name, pid, rssBytes, restarts }) => [
    name,
    String(pid),
    rssBytes === undefined ? '?' : `${Math.round(rssBytes / 1_048_576)} MB`,
    String(restarts),
  ]);
  return `${head}\n${table(['PROCESS', 'PID', 'MEMORY', 'RESTARTS'], rows)}`;
}
