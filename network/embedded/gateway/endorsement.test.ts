import { beforeEach, describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../identity/policy';
import { type EndorserAnswer } from '../endorser/interest';
import { type Peer } from '../peer';
import { type Endorsement } from '../wire/proposal';
import { endorseAt, endorseByPolicy, peersOf } from './endorsement';
import { type EndorsementRequirement } from './layouts';

const peerOf = (mspId: string, name = 'peer0'): Peer => ({ mspId, name, address: `${name}.${mspId}:7051` }) as Peer;
const [first, expected, other] = [peerOf('One'), peerOf('Two'), peerOf('Three')];
const ALL = [first, expected, other];

function endorsementOf({ address }: Peer): EndorserAnswer {
  const [endorser, signature] = [Buffer.from(address), Buffer.from('signature')];
  return {
    response: { status: 200, message: '', payload: Buffer.alloc(0) },
    payload: Buffer.from('equal'),
    endorsement: { endorser, signature },
  };
}

const addressesOf = (endorsements: readonly Endorsement[]): readonly string[] =>
  endorsements.map(({ endorser }) => endorser.toString());

const REFUSAL: EndorserAnswer = {
  response: { status: 500, message: 'no', payload: Buffer.alloc(0) },
  payload: undefined,
  endorsement: undefined,
};

/** The endorsements of these organisations, which all have to endorse; some may have to do so twice. */
function needing(mspIds: readonly string[], peers: readonly Peer[] = ALL): () => EndorsementRequirement {
  const policies = [parsePolicy(`AND(${mspIds.map((mspId) => `'${mspId}.peer'`).join(', ')})`)];
  const subjectOf: EndorsementRequirement['subjectOf'] = ({ mspId, address }) => ({
    mspId,
    certificateId: address,
    role: 'peer',
  });
  return () => ({ policies, peers, subjectOf });
}

describe('the peer that is expected to endorse as well', () => {
  test('is asked beside the first one, and once', async () => {
    const asked: string[] = [];
    // The first one answers only when the other has been asked.
    let otherAsked: () => void = () => undefined;
    const both = new Promise<void>((resolve) => {
      otherAsked = resolve;
    });
    const endorse = async (peer: Peer): Promise<EndorserAnswer> => {
      asked.push(peer.mspId);
      if (asked.length === 2) otherAsked();
      await both;
      return endorsementOf(peer);
    };

    const { endorsements } = await endorseByPolicy(needing(['One', 'Two']), [first], [expected], endorse);

    expect(asked).toEqual(['One', 'Two']);
    expect(addressesOf(endorsements)).toEqual([first.address, expected.address]);
  });

  test('does not sign where the first answer needs another', async () => {
    const endorse = (peer: Peer): Promise<EndorserAnswer> => Promise.resolve(endorsementOf(peer));

    const { endorsements } = await endorseByPolicy(needing(['One', 'Three']), [first], [expected], endorse);

    expect(addressesOf(endorsements)).toEqual([first.address, other.address]);
  });

  test('is not waited for, nor told of, where the first one refuses', async () => {
    const endorse = (peer: Peer): Promise<EndorserAnswer> =>
      peer === first ? Promise.resolve(REFUSAL) : new Promise(() => undefined);

    const refused = endorseByPolicy(needing(['One', 'Two']), [first], [expected], endorse);

    await expect(refused).rejects.toMatchObject({ details: [{ address: first.address }] });
  });
});

describe('an organisation with two peers', () => {
  const [second, fourth] = [peerOf('One', 'peer1'), peerOf('Two', 'peer1')];
  const five = [first, second, expected, fourth, other];
  const asked: Peer[] = [];
  /** All endorse but these. */
  const except =
    (...refusing: readonly Peer[]) =>
    (peer: Peer): Promise<EndorserAnswer> => {
      asked.push(peer);
      return Promise.resolve(refusing.includes(peer) ? REFUSAL : endorsementOf(peer));
    };
  beforeEach(() => {
    asked.length = 0;
  });

  test('has its second one asked where the first refuses', async () => {
    const { endorsements } = await endorseByPolicy(
      needing(['One', 'Two'], five),
      [first, second],
      [],
      except(first, expected),
    );

    expect(addressesOf(endorsements)).toEqual([second.address, fourth.address]);
  });

  test('is told of with all that were asked, where all of them refuse', async () => {
    const atFirst = endorseByPolicy(needing(['One'], five), [first, second], [], except(first, second));
    await expect(atFirst).rejects.toMatchObject({
      message: 'failed to endorse transaction, see attached details for more info',
      details: [{ address: first.address }, { address: second.address }],
    });

    const later = endorseByPolicy(
      needing(['One', 'Two', 'Three'], five),
      [first, second],
      [],
      except(first, expected, fourth),
    );
    // What the first one said is not told: another of its organisation has endorsed.
    await expect(later).rejects.toMatchObject({
      message: 'failed to collect enough transaction endorsements, see attached details for more info',
      details: [{ address: expected.address }, { address: fourth.address }],
    });
  });

  test('satisfies a policy that asks for two of it, with a third one as a stand-in', async () => {
    const third = peerOf('One', 'peer2');
    const needs = needing(['One', 'One'], [first, second, third, expected]);

    const { endorsements } = await endorseByPolicy(needs, [first], [], except(second));

    expect(addressesOf(endorsements)).toEqual([first.address, third.address]);
    expect(asked).toEqual([first, second, third]);
  });

  test('gives one endorsement where the client names it', async () => {
    const named = peersOf(
      ['Two', 'One', 'Two'],
      new Map([
        ['One', [first, second]],
        ['Two', [expected, fourth]],
      ]),
    );

    const { endorsements } = await endorseAt(named, except(expected));
    expect(addressesOf(endorsements)).toEqual([fourth.address, first.address]);

    await expect(endorseAt(named, except(expected, fourth))).rejects.toMatchObject({
      details: [{ address: expected.address }, { address: fourth.address }],
    });
  });
});
