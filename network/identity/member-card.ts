/**
 * What a member hands over to the others, and nothing secret: its CAs' certificates and those of its orderers. `<home>/members/`
 * has those of the others; `<home>/member.json` says whose home it is, where members run their own nodes on their own machines.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isIssuedBy } from './authorities';
import { MaterialError } from './errors';
import { isCode } from './key-file';

const Pem = z.string().max(20_000);

const CardSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  mspId: z.string().min(1),
  caPem: Pem,
  tlsCaPem: Pem,
  orderers: z.array(z.strictObject({ name: z.string().min(1), certPem: Pem, tlsCertPem: Pem })),
});

/** A member's public material. */
export type MemberCard = Readonly<z.infer<typeof CardSchema>>;

/**
 * Reads a card from its text.
 * @param where names the text in errors
 * @throws MaterialError when it is none, or an orderer's certificate is not of the member's own CA
 */
export function parseCard(text: string, where: string): MemberCard {
  let card: MemberCard;
  try {
    card = CardSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new MaterialError(`${where} is not what "onepledge member export" writes`, { cause: error });
  }
  const { caPem, tlsCaPem, orderers } = card;
  for (const [leaf, ca] of [
    ...orderers.map(({ certPem }) => [certPem, caPem] as const),
    ...orderers.map(({ tlsCertPem }) => [tlsCertPem, tlsCaPem] as const),
    ...[caPem, tlsCaPem].map((pem) => [pem, undefined] as const),
  ]) {
    if (!isIssued(leaf, ca)) throw new MaterialError(`${where}: a certificate is not one, or not of ${card.name}'s CA`);
  }
  return card;
}

/** By one of the CA's certificates, where there are several; a CA itself need only be readable. */
function isIssued(leafPem: string, caPem: string | undefined): boolean {
  try {
    const leaf = new X509Certificate(leafPem);
    return caPem === undefined || isIssuedBy(leaf, caPem);
  } catch {
    return false;
  }
}

/** The text that is handed over. */
export function formatCard(card: MemberCard): string {
  return `${JSON.stringify(card, undefined, 2)}\n`;
}

/** What two people read to each other to know that nobody has changed it on its way: SHA-256, hex. */
export function fingerprintOf(card: MemberCard): string {
  return createHash('sha256').update(formatCard(card)).digest('hex');
}

/** Keeps another member's card. */
export function keepCard(home: string, card: MemberCard): void {
  write(cardFile(home, card.name), formatCard(card));
}

/** @throws MaterialError when the member has not handed one over yet */
export function readCard(home: string, name: string): MemberCard {
  const file = cardFile(home, name);
  const text = readIf(file);
  if (text === undefined) {
    throw new MaterialError(`${name} is not known here yet: "onepledge member import" takes what it hands over`);
  }
  return parseCard(text, file);
}

/** Whose home it is; undefined where one home has all members. @throws MaterialError when the file is damaged */
export function ownMember(home: string): string | undefined {
  const text = readIf(ownFile(home));
  if (text === undefined) return undefined;
  try {
    return z.strictObject({ member: z.string().min(1) }).parse(JSON.parse(text)).member;
  } catch (error) {
    throw new MaterialError(`${ownFile(home)} is damaged`, { cause: error });
  }
}

/** Makes it one member's home for good. @throws MaterialError when it is another's */
export function keepOwnMember(home: string, member: string): void {
  const own = ownMember(home);
  if (own === member) return;
  if (own !== undefined) throw new MaterialError(`${home} is the home of ${own}: ${member} needs one of its own`);
  write(ownFile(home), `${JSON.stringify({ member })}\n`);
}

function ownFile(home: string): string {
  return join(home, 'member.json');
}

function cardFile(home: string, name: string): string {
  return join(home, 'members', `${name}.json`);
}

function readIf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.tmp`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.tmp`, file);
}
