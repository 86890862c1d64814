/** Organisations with several peers: what each is, whom the gateways ask, and what goes on while one is stopped. */
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import { common, gateway, msp, peer as messages } from '@hyperledger/fabric-protos';
import { type GatewayError } from '@hyperledger/fabric-gateway';
import { type TestClient } from './testing/client';
import { Harness } from './testing/harness';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const harness = new Harness({ pairs: ['one', 'two'] });
let first: TestClient;
let second: TestClient;

beforeAll(async () => {
  await harness.start();
  first = await harness.client('one');
  second = await harness.client('one', { peer: 1 });
});
afterAll(() => harness.stop());

/** Host and port of an organisation's peers. */
function endpoints(name: string): readonly string[] {
  const organization = harness.network.connection.organizations.find((one) => one.name === name);
  return (organization?.peers ?? []).map(({ endpoint }) => endpoint);
}

/** The common names of those that endorse a transaction. */
async function endorsersOf(client: TestClient, organizations: readonly string[] = []): Promise<readonly string[]> {
  const proposal = client.contract.newProposal('put', {
    arguments: ['key', 'value'],
    ...(organizations.length === 0 ? {} : { endorsingOrganizations: [...organizations] }),
  });
  const prepared = gateway.PreparedTransaction.deserializeBinary((await proposal.endorse()).getBytes());
  const payload = common.Payload.deserializeBinary(prepared.getEnvelope()?.getPayload_asU8() ?? new Uint8Array());
  const [action] = messages.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  const endorsed = messages.ChaincodeActionPayload.deserializeBinary(action?.getPayload_asU8() ?? new Uint8Array());
  return (endorsed.getAction()?.getEndorsementsList() ?? []).map((endorsement) => {
    const identity = msp.SerializedIdentity.deserializeBinary(endorsement.getEndorser_asU8());
    return commonName(new X509Certificate(identity.getIdBytes_asU8()));
  });
}

const commonName = ({ subject }: X509Certificate): string => /CN=(.*)/.exec(subject)?.[1] ?? '';

async function failureOf(call: Promise<unknown>): Promise<GatewayError> {
  return call.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as GatewayError,
  );
}

const detailsOf = ({ details }: GatewayError): readonly string[] => details.map(({ address }) => address);

describe('two peers of an organisation', () => {
  test('have an endpoint with a certificate of its own each', async () => {
    const found = await Promise.all(
      endpoints('one').map(
        (endpoint) =>
          new Promise<X509Certificate | undefined>((resolve, reject) => {
            const [host = '', port = ''] = endpoint.split(':');
            const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
              resolve(socket.getPeerX509Certificate());
              socket.destroy();
            }).on('error', reject);
          }),
      ),
    );

    expect(found.map((certificate) => certificate?.checkHost('peer0.one.test.localhost') !== undefined)).toEqual([
      true,
      false,
    ]);
    expect(found.map((certificate) => certificate && commonName(certificate))).toEqual([
      'peer0.one.test.localhost',
      'peer1.one.test.localhost',
    ]);
  });

  test('endorse with keys of their own, each for who comes to it', async () => {
    expect(await endorsersOf(first)).toEqual(['peer0.one.test.localhost', 'peer0.two.test.localhost']);
    expect(await endorsersOf(second)).toEqual(['peer1.one.test.localhost', 'peer0.two.test.localhost']);
  });

  test('are both told of where both refuse, and only the others of other organisations', async () => {
    const [own, other] = endpoints('one');
    const refused = await failureOf(second.contract.submitTransaction('fail', 'no'));
    expect(refused.code).toBe(grpc.status.ABORTED);
    expect(detailsOf(refused)).toEqual([other, own]);

    const named = second.contract.newProposal('fail', { arguments: ['no'], endorsingOrganizations: ['TwoMSP'] });
    expect(detailsOf(await failureOf(named.endorse()))).toEqual(endpoints('two'));
  });

  test('have one ledger', async () => {
    await second.contract.submitTransaction('put', 'shared', 'seen');
    expect(text(await first.contract.evaluateTransaction('get', 'shared'))).toBe('seen');
  });

  test('may be the two that a collection asks for', async () => {
    // One peer an organisation would be one too few: there are two members, and the endorser does not count.
    await first.contract.submit('putPrivate', {
      arguments: ['spread', 'key', 'value'],
      endorsingOrganizations: ['OneMSP', 'TwoMSP'],
    });
    expect(text(await second.contract.evaluateTransaction('getPrivate', 'spread', 'key'))).toBe('value');
  });
});

describe('a peer that is stopped', () => {
  test('is not asked, while its organisation is served by the other; events go on there', async () => {
    const { blockNumber } = await (
      await second.contract.submitAsync('emit', { arguments: ['e', 'before', 'x'] })
    ).getStatus();

    await harness.network.stopPeer('one', 'peer0');
    await harness.network.stopPeer('two', 'peer0');

    const away = await failureOf(first.contract.evaluateTransaction('get', 'shared'));
    expect(away.code).toBe(grpc.status.UNAVAILABLE);
    expect(await endorsersOf(second)).toEqual(['peer1.one.test.localhost', 'peer1.two.test.localhost']);
    expect(detailsOf(await failureOf(second.contract.submitTransaction('fail', 'no')))).toEqual([endpoints('one')[1]]);
    await second.contract.submitTransaction('emit', 'e', 'meanwhile', 'x');
    const events = await second.network.getChaincodeEvents('basic', { startBlock: blockNumber });
    const names: string[] = [];
    for await (const { eventName } of events) if (names.push(eventName) === 2) break;
    events.close();
    expect(names).toEqual(['before', 'meanwhile']);
  });

  test('leaves its organisation without one where it has no other', async () => {
    await harness.network.stopPeer('two', 'peer1');

    const named = second.contract.newProposal('put', { arguments: ['a', 'b'], endorsingOrganizations: ['TwoMSP'] });
    expect(await failureOf(named.endorse())).toMatchObject({ code: grpc.status.UNAVAILABLE });
    expect(await endorsersOf(second)).toEqual(['peer1.one.test.localhost', 'peer0.three.test.localhost']);
  });

  test('comes back where it was, with what was committed meanwhile', async () => {
    const where = endpoints('one');
    for (const [organization, name] of [
      ['one', 'peer0'],
      ['two', 'peer0'],
      ['two', 'peer1'],
    ] as const) {
      await harness.network.startPeer(organization, name);
      // Again is no matter.
      await harness.network.startPeer(organization, name);
    }

    expect(endpoints('one')).toEqual(where);
    const again = await harness.client('one');
    const events = await again.network.getChaincodeEvents('basic', { startBlock: 0n });
    const names: string[] = [];
    for await (const { eventName } of events) if (names.push(eventName) === 2) break;
    events.close();
    expect(names).toEqual(['before', 'meanwhile']);
    expect(await endorsersOf(again, ['OneMSP', 'TwoMSP'])).toEqual([
      'peer0.one.test.localhost',
      'peer0.two.test.localhost',
    ]);
  });

  test('has to be one that there is', async () => {
    await expect(harness.network.stopPeer('one', 'peer2')).rejects.toThrow('one has no peer "peer2"');
    await expect(harness.network.startPeer('four', 'peer0')).rejects.toThrow('four has no peer "peer0"');
  });
});
