/** Orderers that fail: of four, one may be away or lie. */
import { setTimeout as sleep } from 'node:timers/promises';
import { askOperations, type FabricNode } from '@onepledge/network/fabric';
import type { Drill } from '../drill';
import type { World } from '../world';

/** Longer than the network takes to choose another leader. */
const AWAY_MS = 20_000;

/** The number that the consensus gives its leader, as an orderer's metrics tell it. */
async function leaderOf(world: World): Promise<FabricNode> {
  for (const { place } of world.orderers) {
    const { text } = await askOperations(place, '/metrics').catch(() => ({ text: '' }));
    const id = /^consensus_(?:smartbft|BFT)_leader_id\{[^}]*\} (\d+)/m.exec(text)?.[1];
    const leader = id === undefined ? undefined : world.orderers[Number(id) - 1];
    if (leader !== undefined) return leader;
  }
  throw new Error('no orderer tells who leads');
}

async function followerOf(world: World): Promise<FabricNode> {
  const leader = await leaderOf(world);
  const follower = world.orderers.find((one) => one !== leader);
  if (follower === undefined) throw new Error('there is no other orderer');
  return follower;
}

async function stopped(node: FabricNode, role: string): Promise<string> {
  await node.stop();
  await sleep(AWAY_MS);
  node.start();
  return `${node.name}, ${role}, was stopped for ${AWAY_MS / 1000} s and started again`;
}

async function paused(node: FabricNode, role: string): Promise<string> {
  const { pid } = node;
  if (pid === undefined) throw new Error(`${node.name} does not run`);
  process.kill(pid, 'SIGSTOP');
  try {
    await sleep(AWAY_MS);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  return `${node.name}, ${role}, was held (SIGSTOP) for ${AWAY_MS / 1000} s and let go`;
}

export const ordererDrills: readonly Drill[] = [
  {
    name: 'orderer-stopped',
    title: 'one orderer stopped',
    act: async (world) => stopped(await followerOf(world), 'a follower'),
  },
  {
    name: 'orderer-paused',
    title: 'one orderer paused',
    act: async (world) => paused(await followerOf(world), 'a follower'),
  },
  {
    name: 'leader-stopped',
    title: 'the leading orderer stopped',
    act: async (world) => stopped(await leaderOf(world), 'the leader'),
  },
  {
    name: 'leader-paused',
    title: 'the leading orderer paused',
    act: async (world) => paused(await leaderOf(world), 'the leader'),
  },
];
