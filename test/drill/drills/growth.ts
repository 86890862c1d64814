/** A consortium that grows: an organisation of its own comes in while the network works, endorses, and holds its claims itself. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { satisfyingOrganizations } from '@onepledge/network';
import { freePort } from '@onepledge/network/fabric';
import { isMap, isSeq, parseDocument } from 'yaml';
import type { Client, Pledge, Receivable } from '../../support/client';
import { cny } from '../../support/sequences';
import { until } from '../../support/wait';
import { Clerk } from '../clerk';
import type { Drill } from '../drill';
import type { Load } from '../load';
import type { World } from '../world';

const MEMBER = {
  name: 'bank-c',
  mspId: 'BankCMSP',
  displayName: 'Bank C',
  uscc: '91440300MA5FBANKCA',
  kinds: ['FINANCIER'],
  domain: 'bank-c.onepledge.localhost',
};
const SERVED_WITHIN_MS = 30_000;
const ENDORSES_WITHIN_MS = 60_000;

async function added(world: World, load: Load): Promise<string> {
  const end = world.watchChaincodes();
  try {
    await describeMember(world);
    await world.operate('member', 'add', MEMBER.name);
    const blocks = await world.caughtUp(MEMBER.name);
    await nameInPolicy(world);
    await world.operate('chaincode', 'upgrade');
    const bank = await world.as(MEMBER.name);
    await until('the gateway serves the new member', () => isServed(bank), { withinMs: SERVED_WITHIN_MS });
    const pledged = await pledge(world, load, bank);
    await endorses(world, load);
    await holds(world, load, pledged);
    return `${MEMBER.name} came in, its peer had all ${blocks} blocks from the orderers; it endorsed, was served without another start, and nothing moved that it holds while its peer was away`;
  } finally {
    end();
  }
}

/** Writes the member into the description, as the guide says. */
async function describeMember({ description }: World): Promise<void> {
  const document = parseDocument(readFileSync(description, 'utf8'));
  const peers = [{ name: 'peer0', host: 'localhost', port: await freePort() }];
  document.addIn(['organizations'], { ...MEMBER, peers });
  document.addIn(['channels', 0, 'members'], MEMBER.name);
  writeFileSync(description, document.toString());
}

/** Names the member in the chaincode's policy; what else the ledger has stays. */
async function nameInPolicy(world: World): Promise<void> {
  const told = await world.operate('chaincode', 'status', '--json');
  const { committed } = JSON.parse(told) as {
    committed: { version: string; sequence: number; endorsementPolicy: string };
  };
  const document = parseDocument(readFileSync(world.description, 'utf8'));
  const chaincodes = document.getIn(['channels', 0, 'chaincodes']);
  const chaincode = isSeq(chaincodes) ? chaincodes.items[0] : undefined;
  if (!isMap(chaincode)) throw new Error('the description has no chaincode');
  chaincode.set('version', committed.version);
  chaincode.set('sequence', committed.sequence + 1);
  chaincode.set('endorsementPolicy', committed.endorsementPolicy.replace(/\)$/, `, '${MEMBER.mspId}.peer')`));
  writeFileSync(world.description, document.toString());
}

async function isServed(bank: Client): Promise<true | undefined> {
  const answer = await bank.get('/v1/members', { timeoutMs: 10_000 });
  if (answer.status !== 200) return undefined;
  const { items } = answer.json<{ items: readonly { name: string }[] }>();
  return items.some(({ name }) => name === MEMBER.name) ? true : undefined;
}

/** A receivable, and an offer of it. */
async function offer(world: World, load: Load, to: string): Promise<Readonly<{ asset: Receivable; pledge: Pledge }>> {
  const platform = await world.as('platform');
  const { sequence } = load;
  const act = async <T>(path: string, body: unknown): Promise<T> =>
    (await load.submit({ client: platform, path, body, key: randomUUID() })).answer.as<T>(201);
  const asset = await act<Receivable>('/v1/receivables', sequence.registration({ amount: cny('1000.00') }));
  return { asset, pledge: await act<Pledge>('/v1/pledges', sequence.terms(asset, to)) };
}

/** The new member accepts a pledge through the gateway; its key's policy names it. */
async function pledge(world: World, load: Load, bank: Client): Promise<Receivable> {
  const { asset, pledge: offered } = await offer(world, load, MEMBER.name);
  const path = `/v1/pledges/${offered.id}/acceptance`;
  const { answer } = await load.submit({ client: bank, path, body: {}, key: randomUUID() });
  const { transaction } = answer.as<Pledge>(201);
  const others = world.network.connection.organizations.map(({ mspId }) => mspId).filter((id) => id !== MEMBER.mspId);
  await world.caughtUp('regulator', BigInt(transaction.block) + 1n);
  const { policies } = await world.ledger('regulator').transaction(transaction.id);
  const unheld = policies.filter((policy) => satisfyingOrganizations(policy, [], others) !== undefined);
  // Of the asset and of the claim.
  if (policies.length !== 2 || unheld.length > 0) {
    throw new Error(`${unheld.length} of ${policies.length} keys' policies can do without ${MEMBER.name}`);
  }
  return asset;
}

/** A transaction that asks the new member's peer by name, and one other, is valid. */
async function endorses(world: World, load: Load): Promise<void> {
  const { pledge: offered } = await offer(world, load, MEMBER.name);
  const height = BigInt(offered.transaction.block) + 1n;
  await Promise.all([world.caughtUp(MEMBER.name, height), world.caughtUp('platform', height)]);
  const clerk = await Clerk.enrolled(world, MEMBER.name, 'drill-clerk');
  try {
    const command = { id: randomUUID(), type: 'pledge.accept', pledgeId: offered.id };
    const done = await clerk.acts(command, 'PlatformMSP');
    load.note({ ...done, type: 'PLEDGE_ACCEPTED', id: offered.id });
    await world.caughtUp('regulator', BigInt(done.block) + 1n);
    const { endorsers } = await world.ledger('regulator').transaction(done.transactionId);
    if (!endorsers.includes(MEMBER.mspId)) throw new Error(`endorsed by ${endorsers.join(', ')} only`);
  } finally {
    clerk.close();
  }
}

/** While the new member's peer is away nobody moves what it holds; when it is back, its debtor pays. */
async function holds(world: World, load: Load, asset: Receivable): Promise<void> {
  const debtor = await world.as('platform', [], asset.debtor.uscc);
  const path = `/v1/receivables/${asset.id}/settlements`;
  const body = { amount: cny('300.00'), reference: 'drill' };
  const node = world.node(MEMBER.name);
  await node.stop();
  try {
    const key = randomUUID();
    const refused = await until(
      'the debtor is told',
      async () => {
        const answer = await debtor.post(path, body, { key, prefer: 'wait=5', timeoutMs: 15_000 });
        return answer.status === 202 ? undefined : answer;
      },
      { withinMs: ENDORSES_WITHIN_MS },
    );
    if (refused.problem.code !== 'CLAIMANT_UNAVAILABLE') throw new Error(refused.toString());
  } finally {
    node.start();
  }
  await world.caughtUp(MEMBER.name);
  await until(
    'the debtor pays',
    () =>
      load.submit({ client: debtor, path, body, key: randomUUID() }).then(
        ({ answer }) => answer.as<Receivable>(201),
        // Nothing was done: the others have not met its peer again yet.
        () => undefined,
      ),
    { withinMs: ENDORSES_WITHIN_MS },
  );
}

export const growthDrills: readonly Drill[] = [
  { name: 'member-added', title: 'a member added, which endorses and holds its claims', act: added },
];
