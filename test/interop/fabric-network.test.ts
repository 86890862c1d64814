/**
 * Applications that were written for Fabric's old SDK, fabric-network 2.2: they gather endorsements themselves, with discovery
 * or by their connection profile, send to the orderer, and listen to deliver services.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type BlockEvent,
  type Contract,
  type ContractEvent,
  DefaultCheckpointers,
  Gateway,
  type Network,
  Wallets,
  type X509Identity,
} from 'fabric-network';
import { enrol } from '@onepledge/network';
import { startEmbedded } from '../conformance/engines/embedded';
import { type Engine } from '../conformance/engines/engine';

let engine: Engine;
let identity: X509Identity;
const gateways: Gateway[] = [];

beforeAll(async () => {
  engine = await startEmbedded();
  const enrolled = await enrol(engine.home, 'org1', { name: 'application', attributes: {} });
  identity = {
    mspId: enrolled.mspId,
    type: 'X.509',
    credentials: { certificate: enrolled.certificatePem, privateKey: enrolled.privateKeyPem },
  };
}, 120_000);
afterAll(async () => {
  for (const gateway of gateways) gateway.disconnect();
  await engine.stop();
});

/** A common connection profile of the network. */
function profile(): Record<string, unknown> {
  const node = ({ endpoint, tlsCaPem, serverName }: Engine['orderers'][number]): Record<string, unknown> => ({
    url: `grpcs://${endpoint}`,
    tlsCACerts: { pem: tlsCaPem },
    grpcOptions: { 'ssl-target-name-override': serverName },
  });
  const peers = engine.organizations.flatMap(({ name, mspId, peers: [peer] }) =>
    peer === undefined ? [] : [{ name: `peer0.${name}`, organization: name, mspId, node: node({ mspId, ...peer }) }],
  );
  return {
    name: 'interop',
    version: '1.0.0',
    client: { organization: 'org1' },
    organizations: Object.fromEntries(
      peers.map(({ name, organization, mspId }) => [organization, { mspid: mspId, peers: [name] }]),
    ),
    peers: Object.fromEntries(peers.map(({ name, node: peer }) => [name, peer])),
    orderers: Object.fromEntries(engine.orderers.map((orderer, at) => [`orderer${at}`, node(orderer)])),
    channels: {
      alpha: {
        peers: Object.fromEntries(peers.map(({ name }) => [name, {}])),
        orderers: engine.orderers.map((_orderer, at) => `orderer${at}`),
      },
    },
  };
}

async function connect(discovery: boolean): Promise<{ readonly network: Network; readonly contract: Contract }> {
  const gateway = new Gateway();
  gateways.push(gateway);
  await gateway.connect(profile(), {
    wallet: await Wallets.newInMemoryWallet(),
    identity,
    discovery: { enabled: discovery, asLocalhost: true },
    eventHandlerOptions: { commitTimeout: 20 },
  });
  const network = await gateway.getNetwork('alpha');
  return { network, contract: network.getContract('basic') };
}

/** Resolves with what a listener gets, once there are so many. */
function collector<T>(count: number): {
  readonly listener: (event: T) => Promise<void>;
  readonly all: Promise<readonly T[]>;
} {
  const events: T[] = [];
  let done: (events: readonly T[]) => void = () => undefined;
  const all = new Promise<readonly T[]>((resolve) => {
    done = resolve;
  });
  return {
    listener: (event) => {
      events.push(event);
      if (events.length === count) done(events);
      return Promise.resolve();
    },
    all,
  };
}

describe.each([
  ['discovers the network', true],
  ['goes by its connection profile', false],
])('an application of fabric-network 2.2 that %s', (_name, discovery) => {
  const prefix = discovery ? 'discovered' : 'described';
  let network: Network;
  let contract: Contract;
  // Once for all tests: the SDK makes itself a TLS key in JavaScript at each connection, which takes seconds.
  beforeAll(async () => {
    ({ network, contract } = await connect(discovery));
  });

  test('submits and evaluates', async () => {
    await contract.submitTransaction('put', `${prefix}-key`, 'value');

    expect((await contract.evaluateTransaction('get', `${prefix}-key`)).toString()).toBe('value');
  });

  test('is told of its transaction that lost a race', async () => {
    const race = [1, 2, 3, 4].map(() => contract.submitTransaction('add', `${prefix}-sum`, '1'));

    const outcomes = await Promise.allSettled(race);

    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
    expect(refused.filter((reason) => !reason.includes('MVCC_READ_CONFLICT'))).toEqual([]);
    const sum = (await contract.evaluateTransaction('get', `${prefix}-sum`)).toString();
    expect(Number(sum)).toBe(outcomes.length - refused.length);
  });

  test('listens to contract events, and resumes after the last one that it has seen', async () => {
    const checkpointer = await DefaultCheckpointers.file(join(engine.home, `${prefix}-checkpoint.json`));
    const before = collector<ContractEvent>(2);
    await contract.addContractListener(before.listener, { checkpointer });
    await contract.submitTransaction('emit', `${prefix}-1`, 'made', 'one');
    await contract.submitTransaction('emit', `${prefix}-2`, 'made', 'two');
    const seen = await before.all;
    contract.removeContractListener(before.listener);
    await contract.submitTransaction('emit', `${prefix}-3`, 'made', 'three');

    const restarted = await connect(discovery);
    const after = collector<ContractEvent>(2);
    await restarted.contract.addContractListener(after.listener, { checkpointer });
    await restarted.contract.submitTransaction('emit', `${prefix}-4`, 'made', 'four');

    const payloads = (events: readonly ContractEvent[]): readonly string[] =>
      events.map(({ payload }) => payload?.toString() ?? '');
    expect(payloads(seen)).toEqual(['one', 'two']);
    expect(payloads(await after.all)).toEqual(['three', 'four']);
  });

  test.each(['full', 'filtered', 'private'] as const)('listens to %s blocks from the first on', async (type) => {
    const blocks = collector<BlockEvent>(3);

    await network.addBlockListener(blocks.listener, { type, startBlock: 0 });

    expect((await blocks.all).map(({ blockNumber }) => blockNumber.toNumber())).toEqual([0, 1, 2]);
    network.removeBlockListener(blocks.listener);
  });
});
