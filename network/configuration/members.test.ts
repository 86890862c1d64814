import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Consortium, loadConsortium } from '../consortium';
import { formatCard, keepCard, keepOwnMember, type MemberCard, ownMember, parseCard } from '../identity/member-card';
import { ensureMemberMaterial, ensureOwnMaterial } from '../identity/member-material';
import { describe as inWords } from './describe';
import { sharedConfigurationBlock } from './genesis';
import { configurationOf } from './read';

const FILE = join(__dirname, '..', '..', 'docs', 'guides', 'four-machines.yaml');

let folder: string;
let consortium: Consortium;
let cards: readonly MemberCard[];

const homeOf = (member: string): string => join(folder, member);

/** A home that has the cards of all, with some instead of theirs. */
function meet(member: string, ...instead: readonly MemberCard[]): void {
  for (const card of [...cards, ...instead]) if (card.name !== member) keepCard(homeOf(member), card);
}

async function blockOf(member: string): Promise<Uint8Array> {
  const [channel] = consortium.channels;
  if (channel === undefined) throw new Error('no channel');
  const { channel: known } = await ensureMemberMaterial(consortium, homeOf(member), member);
  return sharedConfigurationBlock(consortium, channel, known);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'members-'));
  consortium = loadConsortium(FILE);
  cards = await Promise.all(
    consortium.organizations.map(async ({ name }) => (await ensureOwnMaterial(consortium, homeOf(name), name)).card),
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('members with machines of their own', () => {
  test('hand over certificates and no key', () => {
    for (const card of cards) {
      expect(formatCard(card)).not.toContain('PRIVATE');
      expect(parseCard(formatCard(card), 'file')).toEqual(card);
    }
  });

  test('each make the same first block, in which every one of them orders', async () => {
    meet('bank-a');
    meet('bank-b');

    const [one, other] = [await blockOf('bank-a'), await blockOf('bank-b')];

    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true);
    const { members, ordering } = inWords(configurationOf(one).config);
    const mspIds = cards.map(({ mspId }) => mspId);
    expect(members.map(({ mspId }) => mspId)).toEqual([...mspIds].sort());
    expect(ordering.consenters.map(({ mspId }) => mspId)).toEqual(mspIds);
    expect(ordering.organizations.flatMap(({ endpoints }) => endpoints)).toHaveLength(4);
  });

  test('make another first block when what one handed over is another', async () => {
    const again = join(folder, 'again');
    const { card } = await ensureOwnMaterial(consortium, again, 'bank-b');
    meet('factor-a', card);
    meet('platform');

    expect(Buffer.from(await blockOf('factor-a')).equals(Buffer.from(await blockOf('platform')))).toBe(false);
  });

  test('are told who has not handed over yet', async () => {
    const home = join(folder, 'early');

    const { known } = await ensureMemberMaterial(consortium, home, 'bank-a');

    expect(() => known('bank-b')).toThrow('bank-b is not known here yet');
  });

  test('refuse a file with an orderer that another CA has certified', () => {
    const [first, second] = cards;
    if (first === undefined || second === undefined) throw new Error('no cards');
    const forged = { ...first, orderers: second.orderers };

    expect(() => parseCard(formatCard(forged), 'bank-a.json')).toThrow(
      `bank-a.json: a certificate is not one, or not of ${first.name}'s CA`,
    );
    expect(() => parseCard('{"name":"x"}', 'x.json')).toThrow('x.json is not what');
  });

  test('keep one home each', () => {
    const home = join(folder, 'kept');
    keepOwnMember(home, 'bank-a');

    expect(ownMember(home)).toBe('bank-a');
    expect(() => {
      keepOwnMember(home, 'bank-b');
    }).toThrow(`${home} is the home of bank-a`);
    expect(readFileSync(join(home, 'member.json'), 'utf8')).toContain('bank-a');
  });
});
