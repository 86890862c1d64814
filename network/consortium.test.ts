import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConsortiumError, consortiumError, type ConsortiumIssue, loadConsortium, parseConsortium } from './consortium';
import { isUscc } from './uscc';

const FILE = join(__dirname, 'consortium.yaml');

const TEXT = `name: test
organizations:
  - name: bank-a
    mspId: BankAMSP
    displayName: Bank A
    uscc: 91440300MA5FBANKA4
    kinds: [FINANCIER]
    domain: bank-a.example
    peers:
      - { name: peer0, host: localhost, port: 8051 }
  - name: bank-b
    mspId: BankBMSP
    displayName: Bank B
    uscc: 91440300MA5FBANKB7
    kinds: [FINANCIER, WAREHOUSE]
    domain: bank-b.example
    peers:
      - { name: peer0, host: localhost, port: 9051 }
channels:
  - name: pledges
    members: [bank-a, bank-b]
    blocks: { maxMessageCount: 500, preferredMaxBytes: 2097152, absoluteMaxBytes: 10485760, batchTimeout: 10ms }
    chaincodes:
      - name: onepledge
        version: "1.0"
        sequence: 1
        endorsementPolicy: AND('BankAMSP.peer', 'BankBMSP.peer')
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

function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length;
}

describe('the consortium file', () => {
  test('of this repository is right', () => {
    const { organizations, channels } = loadConsortium(FILE);
    expect(organizations.map(({ mspId }) => mspId)).toEqual([
      'PlatformMSP',
      'BankAMSP',
      'BankBMSP',
      'FactorAMSP',
      'WarehouseAMSP',
      'RegulatorMSP',
    ]);
    expect(channels[0]?.members).toEqual(organizations.map(({ name }) => name));
  });

  test('becomes what it says, durations in milliseconds', () => {
    const { organizations, channels } = parseConsortium(TEXT, 'c.yaml');
    expect(organizations[1]).toEqual({
      name: 'bank-b',
      mspId: 'BankBMSP',
      displayName: 'Bank B',
      uscc: '91440300MA5FBANKB7',
      kinds: ['FINANCIER', 'WAREHOUSE'],
      domain: 'bank-b.example',
      peers: [{ name: 'peer0', host: 'localhost', port: 9051 }],
    });
    expect(channels[0]?.blocks).toEqual({
      maxMessageCount: 500,
      preferredMaxBytes: 2_097_152,
      absoluteMaxBytes: 10_485_760,
      batchTimeoutMs: 10,
    });
    expect(channels[0]?.chaincodes[0]).toEqual({
      name: 'onepledge',
      version: '1.0',
      sequence: 1,
      endorsementPolicy: "AND('BankAMSP.peer', 'BankBMSP.peer')",
      initRequired: false,
      collections: [],
    });
  });

  test.each([
    ['2s', 2000],
    ['1.5s', 1500],
    ['1m', 60_000],
    ['250ms', 250],
  ])('takes the duration %s', (text, ms) => {
    const { channels } = parseConsortium(TEXT.replace('10ms', text), 'c.yaml');
    expect(channels[0]?.blocks.batchTimeoutMs).toBe(ms);
  });

  test.each([
    ['uscc: 91440300MA5FBANKB7', 'uscc: 91440300MA5FBANKB8', 'organizations[1].uscc', /check character/],
    ['name: bank-b', 'name: bank-a', 'organizations[1].name', /there already/],
    ['mspId: BankBMSP', 'mspId: BankAMSP', 'organizations[1].mspId', /there already/],
    ['domain: bank-b', 'domain: bank-a', 'organizations[1].domain', /there already/],
    ['port: 9051', 'port: 8051', 'organizations[1].peers[0].port', /there already/],
    ['port: 9051', 'port: 99999', 'organizations[1].peers[0].port', /65535/],
    ['name: bank-b', 'name: ../bank', 'organizations[1].name', /lower-case/],
    ['WAREHOUSE', 'WHAREHOUSE', 'organizations[1].kinds[1]', /WAREHOUSE/],
    ['10ms', '10', 'channels[0].blocks.batchTimeout', /string/],
    ['10ms', '10 hours', 'channels[0].blocks.batchTimeout', /duration/],
    ['10ms', '0ms', 'channels[0].blocks.batchTimeout', /1ms/],
    [
      'preferredMaxBytes: 2097152',
      'preferredMaxBytes: 20971520',
      'channels[0].blocks.preferredMaxBytes',
      /absoluteMaxBytes/,
    ],
    ['[bank-a, bank-b]', '[bank-a, bank-b, bank-c]', 'channels[0].members[2]', /bank-c/],
    ['[bank-a, bank-b]', '[bank-a, bank-b, bank-a]', 'channels[0].members[2]', /there already/],
    ["'BankBMSP.peer'", "'BankCMSP.peer'", 'channels[0].chaincodes[0].endorsementPolicy', /BankCMSP/],
    ["'BankBMSP.peer'", "'BankBMSP.boss'", 'channels[0].chaincodes[0].endorsementPolicy', /character 21/],
    ["'BankBMSP.peer'", "'BankBMSP.admin'", 'channels[0].chaincodes[0].endorsementPolicy', /cannot be satisfied/],
    ['AND(', 'OutOf(0, ', 'channels[0].chaincodes[0].endorsementPolicy', /at least one/],
    ['version: "1.0"', 'version: 1.0', 'channels[0].chaincodes[0].version', /string/],
    ['sequence: 1', 'sequenze: 1', 'channels[0].chaincodes[0]', /sequenze/],
  ])('with %s as %s is refused at its place', (from, to, path, message) => {
    const text = TEXT.replace(from, to);
    expect(text).not.toBe(TEXT);
    const issue = issuesOf(text).find((found) => found.path === path && message.test(found.message));
    expect(issue).toBeDefined();
    // A misspelt name is reported at the mapping that has it, which starts some lines above.
    if (!path.endsWith('chaincodes[0]')) expect(issue?.line).toBe(lineOf(TEXT, from));
  });

  test('names the file and the line in its message', () => {
    const run = (): unknown => parseConsortium(TEXT.replace('port: 9051', 'port: x'), 'c.yaml');
    expect(run).toThrow(/^c\.yaml:18: organizations\[1\]\.peers\[0\]\.port: /);
  });

  test('reports everything that is wrong at once', () => {
    const issues = issuesOf(TEXT.replace('port: 9051', 'port: x').replace('BANKA4', 'BANKA5'));
    expect(issues.map(({ line }) => line)).toEqual([6, 18]);
  });

  test.each([
    ['with a repeated key', `${TEXT}name: again\n`],
    ['no YAML', `${TEXT}  - [`],
    ['empty', ''],
  ])('is refused when it is %s', (_name, text) => {
    expect(issuesOf(text).length).toBeGreaterThan(0);
  });

  test('tells the line of what shows to be wrong only when it is used', () => {
    const path = ['channels', 0, 'chaincodes', 0, 'sequence'];
    const error = consortiumError(parseConsortium(TEXT, 'c.yaml'), path, 'must be another');
    expect(error.message).toBe(
      `c.yaml:${lineOf(TEXT, 'sequence: 1')}: channels[0].chaincodes[0].sequence: must be another`,
    );
  });

  test('that is not there is refused', () => {
    expect(() => loadConsortium(join(__dirname, 'no-such.yaml'))).toThrow(ConsortiumError);
  });

  test('is read or refused with typed issues, whatever is cut from it', () => {
    const text = readFileSync(FILE, 'utf8');
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(40), (at, length) => {
        for (const issue of issuesOf(text.slice(0, at) + text.slice(at + length))) {
          expect(issue.message).not.toBe('');
        }
      }),
    );
  });
});

describe('the unified social credit code', () => {
  test('of the standard vector is right, and no other check character is', () => {
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
    expect(Array.from(alphabet).filter((check) => isUscc(`91350100M000100Y4${check}`))).toEqual(['3']);
  });

  test.each(['', '91350100M000100Y4', '91350100M000100Y433', '91350100m000100y43', '9135O100M000100Y43'])(
    '%j is none',
    (text) => {
      expect(isUscc(text)).toBe(false);
    },
  );
});
