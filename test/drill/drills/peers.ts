/** Peers that fail: a member's own peer goes away and comes back, with its disk or without. */
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAdministration } from '@onepledge/network/administration';
import type * as walletModule from '../../../gateway/dist/auth/wallet';
import type * as directoryModule from '../../../gateway/dist/ledger/directory';
import type * as ledgerModule from '../../../gateway/dist/ledger/fabric';
import type * as sessionsModule from '../../../gateway/dist/ledger/sessions';
import type { Receivable } from '../../support/client';
import { compiled } from '../../support/compiled';
import { Sequence } from '../../support/sequences';
import { until } from '../../support/wait';
import type { Drill } from '../drill';
import type { Load } from '../load';
import type { World } from '../world';

const gateway = (...path: readonly string[]): unknown => compiled('gateway', 'dist', ...path);
const { DevelopmentWallet } = gateway('auth', 'wallet.js') as typeof walletModule;
const { NetworkDirectory } = gateway('ledger', 'directory.js') as typeof directoryModule;
const { FabricLedger } = gateway('ledger', 'fabric.js') as typeof ledgerModule;
const { LedgerSessions } = gateway('ledger', 'sessions.js') as typeof sessionsModule;

const AWAY_MS = 5_000;
const ASKED_WITHIN_MS = 2_000;
const SNAPSHOT_WITHIN_MS = 60_000;
/** The version that the network was started with, and the peers' packages are of. */
const VERSION = '1.0';

/** Ends a peer, takes its disk away, and starts it with an empty one. */
async function wipe(world: World, organization: string): Promise<void> {
  const node = world.node(organization);
  await node.stop();
  rmSync(join(node.place.folder, 'data'), { recursive: true });
  node.start();
}

/** The newest snapshot that an organisation's peer has written of a channel: its own folder, once it is whole. */
function completed(world: World, organization: string, channel: string): string | undefined {
  const folder = join(world.node(organization).place.folder, 'data', 'snapshots', 'completed', channel);
  const [newest] = existsSync(folder) ? readdirSync(folder).sort((a, b) => Number(b) - Number(a)) : [];
  return newest === undefined ? undefined : join(folder, newest);
}

async function restoredFromOrderers(world: World): Promise<string> {
  const { channel } = world.network.connection;
  await wipe(world, 'bank-b');
  await until('the peer answers', () => world.operate('channel', 'join', channel).catch(() => undefined));
  await world.operate('chaincode', 'install', '--to', VERSION, '--as', 'bank-b');
  const height = await world.caughtUp('bank-b');
  return `the peer of bank-b lost its disk, joined again, and had all ${height} blocks from the orderers`;
}

/** A receivable that is offered to bank-b. */
async function offered(world: World, load: Load): Promise<Receivable> {
  const sequence = new Sequence('snapshot');
  const platform = await world.as('platform');
  const asset = await platform.register(sequence.registration());
  const pledge = await platform.propose(sequence.terms(asset, 'bank-b'));
  for (const [type, { id, transaction }] of [
    ['RECEIVABLE_REGISTERED', asset],
    ['PLEDGE_PROPOSED', pledge],
  ] as const) {
    load.note({ transactionId: transaction.id, block: transaction.block, type, id });
  }
  return asset;
}

/** What was before the snapshot the peer cannot tell, and says so. */
async function checkHistories(world: World, { id }: Receivable): Promise<void> {
  const bankB = await world.as('bank-b');
  const cut = await until('bank-b tells the history', () => bankB.history(id).catch(() => undefined));
  const all = await (await world.as('platform')).history(id);
  if (cut.whole || cut.items.length > 0) throw new Error(`bank-b has a history that it cannot have: ${id}`);
  if (!all.whole || all.items.length !== 2) throw new Error(`the platform has not the whole history of ${id}`);
}

/** What was under way when the disk was lost, and is in the snapshot, bank-b's gateway has from other members: its own peer never tells. */
async function checkEnd(world: World, { transaction }: Receivable): Promise<void> {
  const sessions = new LedgerSessions(new NetworkDirectory(world.home, undefined), new DevelopmentWallet(world.home));
  const timeouts = { evaluate: 10_000, endorse: 10_000, submit: 10_000, commit: 10_000 };
  const ledger = new FabricLedger(sessions, timeouts);
  try {
    const status = await ledger.commitStatus({ member: 'bank-b', role: 'member' }, transaction.id, ASKED_WITHIN_MS);
    if (status?.valid !== true || status.block !== transaction.block)
      throw new Error(`bank-b is told ${JSON.stringify(status)} of what was committed in block ${transaction.block}`);
  } finally {
    sessions.close();
  }
}

async function restoredFromSnapshot(world: World, load: Load): Promise<string> {
  const { channel } = world.network.connection;
  const asset = await offered(world, load);
  const administration = await openAdministration(world.home, ['bank-a', 'bank-b']);
  try {
    const [source, target] = administration.organizations;
    await source.administrator.requestSnapshot(channel);
    const whole = await until('the snapshot is written', () => completed(world, 'bank-a', channel), {
      withinMs: SNAPSHOT_WITHIN_MS,
    });
    const copy = join(world.home, 'snapshot');
    cpSync(whole, copy, { recursive: true });
    await wipe(world, 'bank-b');
    await until('the peer joins', () =>
      target?.administrator.joinBySnapshot(copy).then(
        () => true,
        () => undefined,
      ),
    );
    await world.operate('chaincode', 'install', '--to', VERSION, '--as', 'bank-b');
    const height = await world.caughtUp('bank-b');
    rmSync(copy, { recursive: true });
    await checkHistories(world, asset);
    await checkEnd(world, asset);
    const block = whole.slice(whole.lastIndexOf('/') + 1);
    return `the peer of bank-b lost its disk, and came to block ${height - 1n} from bank-a's snapshot of block ${block}`;
  } finally {
    administration.close();
  }
}

export const peerDrills: readonly Drill[] = [
  {
    name: 'peer-restarted',
    title: 'a peer restarted in the middle',
    act: async (world) => {
      const node = world.node('bank-a');
      await node.stop();
      await sleep(AWAY_MS);
      node.start();
      await world.caughtUp('bank-a');
      return `the peer of bank-a was stopped for ${AWAY_MS / 1000} s and started again`;
    },
  },
  { name: 'peer-wiped', title: "a peer's disk lost, restored from the orderers", act: restoredFromOrderers },
  { name: 'peer-snapshot', title: "a peer's disk lost, restored from a snapshot", act: restoredFromSnapshot },
];
