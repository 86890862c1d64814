import { describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../identity/policy';
import { type EndorserAnswer } from '../endorser/interest';
import { type Peer } from '../peer';
import { endorseByPolicy } from './endorsement';
import { type EndorsementRequirement } from './layouts';

const peerOf = (mspId: string): Peer => ({ mspId, address: `${mspId}:7051` }) as Peer;
const [first, expected, other] = [peerOf('One'), peerOf('Two'), peerOf('Three')];
const PEERS = new Map([first, expected, other].map((peer) => [peer.mspId, peer]));

function endorsementOf({ mspId }: Peer): EndorserAnswer {
  const [endorser, signature] = [Buffer.from(mspId), Buffer.from('signature')];
  return {
    response: { status: 200, message: '', payload: Buffer.alloc(0) },
    payload: Buffer.from('equal'),
    endorsement: { endorser, signature },
  };
}

const REFUSAL: EndorserAnswer = {
  response: { status: 500, message: 'no', payload: Buffer.alloc(0) },
  payload: undefined,
  endorsement: undefined,
};

/** The endorsements of these organisations, which all have to endorse. */
function needing(...mspIds: readonly string[]): () => EndorsementRequirement {
  const policies = [parsePolicy(`AND(${mspIds.map((mspId) => `'${mspId}.peer'`).join(', ')})`)];
  const subjectOf = (mspId: string): ReturnType<EndorsementRequirement['peerOf']> => ({
    mspId,
    certificateId: mspId,
    role: 'peer',
  });
  return () => ({ policies, mspIds: [...PEERS.keys()], peerOf: subjectOf });
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

    const { endorsements } = await endorseByPolicy(needing('One', 'Two'), first, [expected], PEERS, endorse);

    expect(asked).toEqual(['One', 'Two']);
    expect(endorsements.map(({ endorser }) => endorser.toString())).toEqual(['One', 'Two']);
  });

  test('does not sign where the first answer needs another', async () => {
    const endorse = (peer: Peer): Promise<EndorserAnswer> => Promise.resolve(endorsementOf(peer));

    const { endorsements } = await endorseByPolicy(needing('One', 'Three'), first, [expected], PEERS, endorse);

    expect(endorsements.map(({ endorser }) => endorser.toString())).toEqual(['One', 'Three']);
  });

  test('is not waited for, nor told of, where the first one refuses', async () => {
    const endorse = (peer: Peer): Promise<EndorserAnswer> =>
      peer === first ? Promise.resolve(REFUSAL) : new Promise(() => undefined);

    const refused = endorseByPolicy(needing('One', 'Two'), first, [expected], PEERS, endorse);

    await expect(refused).rejects.toMatchObject({ details: [{ address: 'One:7051' }] });
  });
});
