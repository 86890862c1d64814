/** Who is in the consortium and how they work together: reads and checks network/consortium.yaml. */
import { readFileSync } from 'node:fs';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { contradictions, type Found } from './consortium-rules';
import { ConsortiumSchema } from './consortium-schema';

export type OrganizationKind = 'REGISTRAR' | 'FINANCIER' | 'WAREHOUSE' | 'REGULATOR' | 'AUDITOR';

/** Where a peer or an orderer listens; `name` is the first label of its own host name in the organisation's domain. */
export interface NodeAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The address that it listens on where its member runs it by itself; loopback when left out. */
  readonly listen?: string | undefined;
}

export interface Organization {
  /** Short name, as in file names and `--as`. */
  readonly name: string;
  readonly mspId: string;
  readonly displayName: string;
  /** Unified social credit code. */
  readonly uscc: string;
  readonly kinds: readonly OrganizationKind[];
  readonly domain: string;
  readonly peers: readonly NodeAddress[];
  /** Its own orderers, where members run the ordering service together, each on its own machines. */
  readonly orderers?: readonly NodeAddress[] | undefined;
}

/** The organisation that runs the ordering service. It is no member: it sees all transactions and endorses none. */
export interface OrdererOrganization {
  readonly name: string;
  readonly mspId: string;
  readonly displayName: string;
  readonly domain: string;
  readonly orderers: readonly NodeAddress[];
}

/** A private data collection, in the terms of Fabric's collection configuration file. */
export interface CollectionSpec {
  readonly name: string;
  /** Text form: an OR of the channel's members, whose peers hold the data. */
  readonly policy: string;
  readonly requiredPeerCount: number;
  readonly maxPeerCount: number;
  /** Blocks after which the data are purged; 0: never. */
  readonly blockToLive: number;
  readonly memberOnlyRead: boolean;
  readonly memberOnlyWrite: boolean;
  /** Exactly one of the two; absent: the chaincode's own policy counts. */
  readonly endorsementPolicy?:
    { readonly signaturePolicy?: string | undefined; readonly channelConfigPolicy?: string | undefined } | undefined;
}

export interface ChannelSpec {
  readonly name: string;
  /** Names of organisations. */
  readonly members: readonly string[];
  /** A block is cut when one of these is reached; the time counts from the block's first transaction. */
  readonly blocks: {
    readonly maxMessageCount: number;
    readonly preferredMaxBytes: number;
    readonly absoluteMaxBytes: number;
    readonly batchTimeoutMs: number;
  };
  readonly chaincodes: readonly {
    readonly name: string;
    readonly version: string;
    readonly sequence: number;
    /**
     * Text form, read without error; the channel's members can satisfy it. Or the path of one of the channel's own policies,
     * such as `/Channel/Application/Endorsement`.
     */
    readonly endorsementPolicy: string;
    readonly initRequired: boolean;
    readonly collections: readonly CollectionSpec[];
  }[];
}

export type Consortium = Readonly<{
  name: string;
  organizations: readonly Organization[];
  orderer: OrdererOrganization;
  channels: readonly ChannelSpec[];
}>;

/** One thing that is wrong: where in the document (`channels[0].members[2]`) and on which line of the file, from 1. */
export interface ConsortiumIssue {
  readonly path: string;
  readonly line: number | undefined;
  readonly message: string;
}

/** A consortium file that cannot be used; the message lists every issue as `file:line: path: message`. */
export class ConsortiumError extends Error {
  override readonly name = 'ConsortiumError';
  readonly issues: readonly ConsortiumIssue[];

  constructor(file: string, issues: readonly ConsortiumIssue[], options?: ErrorOptions) {
    super(issues.map((issue) => describe(file, issue)).join('\n'), options);
    this.issues = issues;
  }
}

/** MSP ids of the members that bring the others onto the ledger. */
export function registrarsOf({ organizations }: Pick<Consortium, 'organizations'>): readonly string[] {
  return organizations.filter(({ kinds }) => kinds.includes('REGISTRAR')).map(({ mspId }) => mspId);
}

/**
 * Reads the description of a consortium.
 * @throws ConsortiumError when it cannot be read, or says what cannot be.
 */
export function loadConsortium(file: string): Consortium {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConsortiumError(file, [{ path: '', line: undefined, message: `cannot be read: ${reason}` }], {
      cause: error,
    });
  }
  return parseConsortium(text, file);
}

/**
 * As `loadConsortium`, from the text itself.
 * @param file how errors name the text
 * @throws ConsortiumError
 */
export function parseConsortium(text: string, file: string): Consortium {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    throw new ConsortiumError(
      file,
      problems.map((problem) => ({ path: '', line: lineAt(problem.pos[0]), message: problem.message })),
    );
  }
  const placed = ({ path, message }: Found): ConsortiumIssue => {
    const offset = offsetOf(document, path);
    return { path: pathText(path), line: offset === undefined ? undefined : lineAt(offset), message };
  };
  const found: Found[] = [];
  const parsed = ConsortiumSchema.safeParse(document.toJS());
  if (parsed.success) found.push(...contradictions(parsed.data));
  else found.push(...parsed.error.issues.map(({ path, message }) => ({ path, message })));
  if (!parsed.success || found.length > 0) {
    throw new ConsortiumError(file, found.map(placed));
  }
  ORIGINS.set(parsed.data, (path, message) => new ConsortiumError(file, [placed({ path, message })]));
  return parsed.data;
}

/** Where each description was read from, for errors that show only when it is used. */
const ORIGINS = new WeakMap<Consortium, (path: readonly PropertyKey[], message: string) => ConsortiumError>();

/**
 * An error about a place of a description that is right in itself and cannot be used as things are; it names the line where the
 * description was read from a file.
 */
export function consortiumError(
  consortium: Consortium,
  path: readonly PropertyKey[],
  message: string,
): ConsortiumError {
  const origin = ORIGINS.get(consortium);
  if (origin !== undefined) return origin(path, message);
  return new ConsortiumError('consortium', [{ path: pathText(path), line: undefined, message }]);
}

/** Where in the text the value of a path stands; for a missing value, where its nearest container does. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

/** `channels[0].members[2]` */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function describe(file: string, { path, line, message }: ConsortiumIssue): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}
