import { describe, expect, test } from '@jest/globals';
import { ConsortiumError, type ConsortiumIssue, parseConsortium } from './consortium';

const TEXT = `name: test
organizations:
  - name: bank-a
    mspId: BankAMSP
    displayName: Bank A
    uscc: 91440300MA5FBANKA4
    kinds: [FINANCIER]
    domain: bank-a.example
    peers: [{ name: peer0, host: localhost, port: 8051 }]
channels:
  - name: pledges
    members: [bank-a]
    blocks: { maxMessageCount: 500, preferredMaxBytes: 2097152, absoluteMaxBytes: 10485760, batchTimeout: 10ms }
    chaincodes:
      - name: onepledge
        version: "1.0"
        sequence: 1
        endorsementPolicy: OR('BankAMSP.peer')
        collections:
          - { name: terms, policy: "OR('BankAMSP.member')", blockToLive: 7 }
          - name: prices
            policy: OR('BankAMSP.member')
            requiredPeerCount: 1
            maxPeerCount: 2
            memberOnlyRead: true
            memberOnlyWrite: true
            endorsementPolicy: { signaturePolicy: "OR('BankAMSP.peer')" }
`;

function issuesOf(text: string): readonly ConsortiumIssue[] {
  try {
    parseConsortium(text, 'c.yaml');
  } catch (error) {
    if (error instanceof ConsortiumError) return error.issues;
    throw error;
  }
  return [];
}

describe('the collections of a chaincode', () => {
  test("take the defaults of Fabric's own configuration file", () => {
    const [terms, prices] = parseConsortium(TEXT, 'c.yaml').channels[0]?.chaincodes[0]?.collections ?? [];
    expect(terms).toEqual({
      name: 'terms',
      policy: "OR('BankAMSP.member')",
      requiredPeerCount: 0,
      maxPeerCount: 1,
      blockToLive: 7,
      memberOnlyRead: false,
      memberOnlyWrite: false,
    });
    expect(prices).toMatchObject({
      requiredPeerCount: 1,
      maxPeerCount: 2,
      memberOnlyRead: true,
      memberOnlyWrite: true,
      endorsementPolicy: { signaturePolicy: "OR('BankAMSP.peer')" },
    });
  });

  test.each([
    ['name: prices', 'name: _prices', '[1].name', /not beginning with _/],
    ['name: prices', 'name: terms', '[1].name', /there already/],
    ['maxPeerCount: 2', 'maxPeerCount: 0', '[1].maxPeerCount', /less than requiredPeerCount/],
    ['requiredPeerCount: 1', 'requiredPeerCount: -1', '[1].requiredPeerCount', /0/],
    ['blockToLive: 7', 'blockToLive: 1.5', '[0].blockToLive', /int/],
    ['blockToLive: 7', 'blocksToLive: 7', '[0]', /blocksToLive/],
    [`"OR('BankAMSP.member')"`, `"OR('BankBMSP.member')"`, '[0].policy', /BankBMSP/],
    [`"OR('BankAMSP.member')"`, `"AND('BankAMSP.member', 'BankAMSP.peer')"`, '[0].policy', /must be an OR/],
    [`"OR('BankAMSP.member')"`, `"OR('BankAMSP.boss')"`, '[0].policy', /character/],
    ["OR('BankAMSP.peer')\" }", "OR('BankBMSP.peer')\" }", '[1].endorsementPolicy.signaturePolicy', /BankBMSP/],
    [
      '{ signaturePolicy',
      '{ channelConfigPolicy: /Channel/Application/Admins, signaturePolicy',
      '[1].endorsementPolicy',
      /one of/,
    ],
  ])('with %s as %s are refused at their place', (from, to, place, message) => {
    const text = TEXT.replace(from, to);
    expect(text).not.toBe(TEXT);
    const path = `channels[0].chaincodes[0].collections${place}`;
    expect(issuesOf(text).some((issue) => issue.path === path && message.test(issue.message))).toBe(true);
  });

  test('may be endorsed as a policy of the channel says', () => {
    const text = TEXT.replace(/\{ signaturePolicy: .* \}/, '{ channelConfigPolicy: /Channel/Application/Endorsement }');
    expect(text).not.toBe(TEXT);
    expect(issuesOf(text)).toEqual([]);
  });
});
