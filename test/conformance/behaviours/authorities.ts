/** Members whose CA is below a root: Fabric's intermediate CAs. All on the channel that organisation 3 is not in. */
import { evaluate, inOrder } from '../acts';
import {
  byIssued,
  type ChainName,
  revokingClient,
  revokingIntermediate,
  revokingNobody,
  withChain,
  withoutChain,
  withoutRoot,
} from '../authorities';
import { type Act, type Behaviour, type Expectation, type Topic } from '../behaviour';
import { CHANNEL, update, updated } from '../configuration';

const denied = (words: RegExp): Expectation => ({
  ...{ status: 'ABORTED', stage: 'endorse' },
  details: [{ mspId: 'Org2MSP', message: words }],
});
/** The certificate leads to a root of the MSP, and is not taken. */
const DENIED = denied(/access denied: channel \[beta\] creator org \[Org2MSP\]/);
/** It leads to none. */
const UNKNOWN = denied(/access denied: channel \[beta\] creator org unknown, creator is malformed/);

const adopted = (name: ChainName): Act => updated((world) => withChain(world, name));
const back = updated(withoutChain);

const behaviours: readonly Omit<Behaviour, 'alone'>[] = [
  {
    name: 'lets in whom it certified, and its root nobody any more',
    given: [adopted('plain')],
    call: inOrder(
      byIssued('plain', 'intermediate', 'submit'),
      byIssued('plain', 'intermediate', 'evaluate'),
      evaluate(['get', '$k'], { channel: CHANNEL }),
      byIssued('plain', 'root', 'submit'),
      byIssued('plain', 'root', 'evaluate'),
      back,
      byIssued('plain', 'intermediate', 'submit'),
    ),
    expect: {
      each: [{}, {}, { result: 'x' }, DENIED, { status: 'FAILED_PRECONDITION', stage: 'evaluate' }, {}, UNKNOWN],
    },
  },
  {
    name: "leaves whom the member's other CA certified as they are",
    given: [adopted('plain')],
    call: inOrder(evaluate(['get', '$k'], { channel: CHANNEL, as: 'org2' }), back),
    expect: { each: [{}, {}] },
  },
  {
    name: 'lets nobody in where its root allows no CA below',
    given: [adopted('narrow')],
    call: inOrder(byIssued('narrow', 'intermediate', 'submit'), back),
    expect: { each: [UNKNOWN, {}] },
  },
  {
    name: 'that has expired lets in whom it certified in its time, and nobody else',
    given: [adopted('past')],
    call: inOrder(
      byIssued('past', 'intermediate', 'submit', 200),
      byIssued('past', 'intermediate', 'submit', 50),
      back,
    ),
    expect: { each: [{}, UNKNOWN, {}] },
  },
  {
    name: 'revokes by a list of its own, not by one of its root',
    given: [adopted('plain')],
    call: inOrder(
      updated(() => revokingClient('plain', 'root')),
      byIssued('plain', 'intermediate', 'submit'),
      updated(() => revokingClient('plain', 'intermediate')),
      byIssued('plain', 'intermediate', 'submit'),
      updated(revokingNobody),
      back,
    ),
    expect: { each: [{}, {}, {}, DENIED, {}, {}] },
  },
  {
    name: 'is not taken without its root',
    call: update(() => withoutRoot('plain')),
    expect: { result: /BAD_REQUEST.*setting up the MSP manager failed/ },
  },
  {
    name: 'is not taken once its root has revoked it',
    given: [adopted('plain')],
    call: inOrder(
      update(() => revokingIntermediate('plain')),
      back,
    ),
    expect: { each: [{ result: /BAD_REQUEST.*setting up the MSP manager failed/ }, {}] },
  },
];

export const authorities: Topic = {
  name: 'authorities',
  // One after the other: all change one configuration.
  behaviours: behaviours.map((behaviour) => ({ ...behaviour, alone: true })),
};
