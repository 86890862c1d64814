/** `network status` */
import type { CommandSpec } from '../cli/command';
import { Unsuccessful } from '../cli/errors';
import { table } from '../cli/table';
import { chooseEngine, ENGINE_OPTION, engineOf, type EngineName } from './engine';
import { isAlive, residentBytes } from './process-identity';
import { askReady } from './readiness';
import { allStates, NETWORK_STATE, type RunState } from './state';

export const status: CommandSpec = {
  verb: 'status',
  summary: 'what runs, and whether it is ready; exit code 0 when all of it is',
  details:
    'On Hyperledger Fabric, every orderer and peer too: by its process, and by what its own operations endpoint says of its health.',
  options: [ENGINE_OPTION],
  examples: ['', '--json'],
  async run({ home, output }, input) {
    chooseEngine(home, input.optional('engine'));
    const running = allStates(home).filter(({ state }) => isAlive(state.supervisor));
    if (running.length === 0) {
      output.show({ home, running: false, ready: false, groups: [] }, () => `nothing is running in ${home}`);
      throw new Unsuccessful();
    }
    const engine = engineOf(home) ?? 'embedded';
    // One after the other: what the nodes are asked with takes long to load, and the gateway's answer would seem late.
    const described = await Promise.all(running.map(({ state }) => describe(state)));
    const groups =
      engine === 'fabric' ? await Promise.all(described.map((group) => withChaincodes(home, group))) : described;
    const nodes = running.some(({ file }) => file === NETWORK_STATE) ? await nodesOf(home, engine) : [];
    const ready = groups.every((group) => group.ready) && nodes.every(({ healthy }) => healthy);
    output.show({ home, running: true, engine, ready, groups, nodes }, () =>
      [...groups.map(groupText), ...(nodes.length === 0 ? [] : [nodesText(nodes)])].join('\n\n'),
    );
    if (!ready) throw new Unsuccessful();
  },
};

type Process = Readonly<{
  name: string;
  pid: number;
  rssBytes?: number | undefined;
  restarts: number;
  /** Of one that does not answer. */
  why?: string;
}>;
type Group = Readonly<{
  gateway: string;
  ready: boolean;
  why?: string;
  height?: string | undefined;
  startedAt: string;
  processes: readonly Process[];
}>;

/** An orderer or a peer of Fabric. */
type Node = Readonly<{
  name: string;
  kind: 'orderer' | 'peer';
  mspId: string;
  port: number;
  healthy: boolean;
  why?: string;
  pid?: number;
  rssBytes?: number | undefined;
  restarts: number;
}>;

async function nodesOf(home: string, engine: EngineName): Promise<readonly Node[]> {
  if (engine !== 'fabric') return [];
  const { askHealth, readNodeStates } = await import('@onepledge/network/fabric');
  const states = readNodeStates(home);
  const network = states !== undefined && isAlive({ pid: states.pid, started: '' });
  return Promise.all(
    (states?.nodes ?? []).map(async (state) => {
      const { name, kind, mspId, port, restarts, pid } = state;
      // The nodes' file is the network program's: without it nobody writes there that a node has ended.
      const running = network && pid !== undefined && isAlive({ pid, started: '' });
      const { healthy, why } = running ? await askHealth(state) : { healthy: false, why: 'does not run' };
      const process = running ? { pid, rssBytes: residentBytes(pid) } : {};
      return { name, kind, mspId, port, healthy, ...(healthy ? {} : { why }), ...process, restarts };
    }),
  );
}

/** Longer than the gateway itself waits for what it asks: it says why it is not ready. */
const ANSWERS_WITHIN_MS = 5_000;

async function describe(state: RunState): Promise<Group> {
  const { ready, why, height } = await askReady(state.gateway, ANSWERS_WITHIN_MS);
  const all = [{ ...state.supervisor, name: 'supervisor', restarts: 0 }, ...state.processes];
  const processes = all
    .filter(isAlive)
    .map(({ name, pid, restarts }) => ({ name, pid, rssBytes: residentBytes(pid), restarts }));
  const { gateway, startedAt } = state;
  return { gateway, ready, ...(ready ? {} : { why }), height, startedAt, processes };
}

/** A chaincode that hangs is seen by nobody but who asks it. */
async function withChaincodes(home: string, group: Group): Promise<Group> {
  const { askChaincode } = await import('@onepledge/network/fabric');
  const processes = await Promise.all(
    group.processes.map(async (process) => {
      const why = await askChaincode(home, process.name);
      return why === undefined ? process : { ...process, why };
    }),
  );
  const ill = processes.find(({ why }) => why !== undefined);
  if (ill === undefined || !group.ready) return { ...group, processes };
  return { ...group, processes, ready: false, why: `${ill.name}: ${ill.why ?? ''}` };
}

function groupText(group: Group): string {
  const height = group.height === undefined ? '' : `, ledger height ${group.height}`;
  const head = `${group.gateway}: ${group.ready ? 'ready' : `not ready: ${group.why ?? ''}`}${height}, since ${group.startedAt}`;
  const rows = group.processes.map(({ name, pid, rssBytes, restarts, why }) => [
    why === undefined ? name : `${name} (${why})`,
    String(pid),
    rssBytes === undefined ? '?' : `${Math.round(rssBytes / 1_048_576)} MB`,
    String(restarts),
  ]);
  return `${head}\n${table(['PROCESS', 'PID', 'MEMORY', 'RESTARTS'], rows)}`;
}

function nodesText(nodes: readonly Node[]): string {
  const rows = nodes.map(({ name, kind, port, pid, rssBytes, restarts, healthy, why }) => [
    `${kind} ${name}`,
    String(port),
    pid === undefined ? '' : String(pid),
    rssBytes === undefined ? '' : `${Math.round(rssBytes / 1_048_576)} MB`,
    String(restarts),
    healthy ? 'healthy' : (why ?? 'not healthy'),
  ]);
  return table(['NODE', 'PORT', 'PID', 'MEMORY', 'RESTARTS', 'HEALTH'], rows);
}
