/** A small consortium for tests: two banks and a guest, one channel, one chaincode that two must endorse. */
import { parseConsortium, type Consortium } from '../../consortium';

/** Overrides of the block settings, as in consortium.yaml, and of the number of peers. */
export interface TestBlocks {
  readonly maxMessageCount?: number;
  readonly batchTimeout?: string;
  /** Names of organisations that have two peers, peer0 and peer1. */
  readonly pairs?: readonly string[];
}

export function testConsortium(blocks: TestBlocks = {}): Consortium {
  return parseConsortium(testConsortiumText(blocks), 'test consortium');
}

/** The same as a consortium.yaml. */
export function testConsortiumText(blocks: TestBlocks = {}): string {
  const organization = (name: string, mspId: string, uscc: string, port: number): string => `
  - name: ${name}
    mspId: ${mspId}
    displayName: ${name}
    uscc: ${uscc}
    kinds: [FINANCIER]
    domain: ${name}.test.localhost
    peers:
      - { name: peer0, host: localhost, port: ${port} }${
        blocks.pairs?.includes(name) === true ? `\n      - { name: peer1, host: localhost, port: ${port + 1} }` : ''
      }`;
  return `name: test
organizations:${organization('one', 'OneMSP', '91440300MA5FBANKA4', 17051)}${organization('two', 'TwoMSP', '91440300MA5FBANKB7', 18051)}${organization('three', 'ThreeMSP', '91440300MA5FACTRAP', 19051)}
channels:
  - name: test
    members: [one, two, three]
    blocks:
      maxMessageCount: ${blocks.maxMessageCount ?? 100}
      preferredMaxBytes: 2097152
      absoluteMaxBytes: 10485760
      batchTimeout: ${blocks.batchTimeout ?? '10ms'}
    chaincodes:
      - name: basic
        version: "1.0"
        sequence: 1
        endorsementPolicy: "OutOf(2, 'OneMSP.peer', 'TwoMSP.peer', 'ThreeMSP.peer')"
        collections:
          - { name: ours, policy: "OR('OneMSP.member', 'TwoMSP.member')" }
          - { name: brief, policy: "OR('OneMSP.member', 'TwoMSP.member')", blockToLive: 2 }
          - { name: closed, policy: "OR('OneMSP.member', 'TwoMSP.member')", memberOnlyRead: true, memberOnlyWrite: true }
          - { name: spread, policy: "OR('OneMSP.member', 'TwoMSP.member')", requiredPeerCount: 2, maxPeerCount: 2 }
`;
}
