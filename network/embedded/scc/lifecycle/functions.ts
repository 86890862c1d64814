/** What the functions of `_lifecycle` do about definitions: approve, check, commit, query. */
import { type Channel } from '../../channel';
import { type TxSimulator } from '../../endorser/simulator';
import { type Peer } from '../../peer';
import {
  type ApprovedDefinition,
  type ChaincodeParameters,
  type DefinitionArgs,
  type SequencedParameters,
} from '../../wire/lifecycle';
import { orgMismatches, privateName } from './approvals';
import { CollectionError, decodeCollections, validateCollections, validateUpgrade } from './collections';
import { encodeApplicationPolicy, DEFAULT_ENDORSEMENT } from './policy';
import {
  CHAINCODE_SOURCES,
  chaincodeDefinition,
  chaincodeLocalPackage,
  chaincodeParameters,
  NAMESPACES,
  readMetadata,
  readPackageId,
  readParameters,
  readSequence,
  serialize,
  type WritableState,
} from './serializer';
import { orgNames, orgState, publicNames, publicState } from './state';

/** The call is refused; Fabric's words, and its status where that is not 500. */
export class LifecycleError extends Error {
  override readonly name = 'LifecycleError';

  constructor(
    message: string,
    readonly status = 500,
  ) {
    super(message);
  }
}

/** A call on a channel. */
export interface ChannelCall {
  readonly channel: Channel;
  readonly peer: Peer;
  readonly simulator: TxSimulator;
}

const NAME = /^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$/;
const VERSION = /^[A-Za-z0-9_.+-]+$/;
const SYSTEM_NAMES = new Set(['cscc', 'escc', 'lscc', 'qscc', 'vscc']);

/** @throws LifecycleError when the definition is not one that could be committed. */
function validate({ name, version, collections }: DefinitionArgs, { channel, simulator }: ChannelCall): void {
  const invalid = (message: string): LifecycleError =>
    new LifecycleError(`error validating chaincode definition: ${message}`);
  if (!NAME.test(name)) {
    throw invalid(
      `invalid chaincode name '${name}'. Names can only consist of alphanumerics, '_', and '-' ` +
        'and can only begin with alphanumerics',
    );
  }
  if (SYSTEM_NAMES.has(name)) throw invalid(`chaincode name '${name}' is the name of a system chaincode`);
  if (!VERSION.test(version)) {
    throw invalid(
      `invalid chaincode version '${version}'. Versions can only consist of alphanumerics, '_', '-', '+', and '.'`,
    );
  }
  try {
    const proposed = decodeCollections(collections);
    validateCollections(proposed, channel.msps);
    validateUpgrade(proposed, channel.chaincodes.get(name, simulator.view)?.collections ?? []);
  } catch (error) {
    if (error instanceof CollectionError) throw invalid(error.message);
    throw error;
  }
}

/** Fills in what a definition leaves to the channel. */
function withDefaults(args: DefinitionArgs): DefinitionArgs {
  return {
    ...args,
    endorsementPlugin: args.endorsementPlugin === '' ? 'escc' : args.endorsementPlugin,
    validationPlugin: args.validationPlugin === '' ? 'vscc' : args.validationPlugin,
    validationParameter:
      args.validationParameter.length === 0 ? encodeApplicationPolicy(DEFAULT_ENDORSEMENT) : args.validationParameter,
  };
}

/**
 * Writes the peer's organisation's approval: of the next sequence, or (with another package) of the current one.
 * @throws LifecycleError
 */
export function approve(given: DefinitionArgs, call: ChannelCall): void {
  validate(given, call);
  const state = publicState(call.simulator);
  const own = orgState(call.simulator, call.peer.mspId);
  const { name, sequence } = given;
  const current = readSequence(name, state);
  if (sequence === 0 && current === 0) {
    throw new LifecycleError('requested sequence is 0, but first definable sequence number is 1');
  }
  if (sequence < current) {
    throw new LifecycleError(`currently defined sequence ${current} is larger than requested sequence ${sequence}`);
  }
  if (sequence > current + 1) {
    throw new LifecycleError(
      `requested sequence ${sequence} is larger than the next available sequence number ${current + 1}`,
    );
  }
  const definition = withDefaults(given);
  const key = privateName(name, sequence);
  if (sequence === current) {
    const difference = firstDifference(readParameters(NAMESPACES, name, state), definition);
    const again = `attempted to redefine the current committed sequence (${current}) for namespace ${name}`;
    if (difference !== undefined) throw new LifecycleError(`${again} with different parameters: ${difference}`);
    if (isApproved(key, definition, own)) throw new LifecycleError(again);
  } else if (isApproved(key, definition, own)) {
    throw new LifecycleError(
      `attempted to redefine uncommitted sequence (${sequence}) for namespace ${name} with unchanged content`,
    );
  }
  serialize(NAMESPACES, key, chaincodeParameters(definition), own);
  serialize(CHAINCODE_SOURCES, key, chaincodeLocalPackage(definition.packageId), own);
}

function isApproved(key: string, definition: DefinitionArgs, own: WritableState): boolean {
  if (readMetadata(NAMESPACES, key, own) === undefined) return false;
  if (firstDifference(readParameters(NAMESPACES, key, own), definition) !== undefined) return false;
  return readMetadata(CHAINCODE_SOURCES, key, own) !== undefined && readPackageId(key, own) === definition.packageId;
}

function firstDifference(expected: ChaincodeParameters, passed: ChaincodeParameters): string | undefined {
  const fields = [
    ['Version', expected.version, passed.version],
    ['EndorsementPlugin', expected.endorsementPlugin, passed.endorsementPlugin],
    ['InitRequired', String(expected.initRequired), String(passed.initRequired)],
    ['ValidationPlugin', expected.validationPlugin, passed.validationPlugin],
    ['ValidationParameter', expected.validationParameter.toString('hex'), passed.validationParameter.toString('hex')],
  ] as const;
  for (const [field, left, right] of fields) {
    if (left !== right) return `expected ${field} '${left}' does not match passed ${field} '${right}'`;
  }
  return expected.collections.equals(passed.collections) ? undefined : 'Collections do not match';
}

/** Which organisations have approved, and what those that have not say otherwise. */
export interface Readiness {
  readonly approvals: ReadonlyMap<string, boolean>;
  readonly mismatches: ReadonlyMap<string, readonly string[]>;
}

/** @throws LifecycleError when the sequence is not the next one. */
export function checkCommitReadiness(given: DefinitionArgs, call: ChannelCall): Readiness {
  const current = readSequence(given.name, publicState(call.simulator));
  if (given.sequence !== current + 1) {
    throw new LifecycleError(
      `requested sequence is ${given.sequence}, but new definition must be sequence ${current + 1}`,
    );
  }
  return readiness(given.name, withDefaults(given), call);
}

function readiness(name: string, definition: SequencedParameters, { channel, simulator }: ChannelCall): Readiness {
  const all = orgMismatches(name, definition, channel.members, (mspId) => orgState(simulator, mspId));
  return {
    approvals: new Map([...all].map(([mspId, items]) => [mspId, items.length === 0])),
    mismatches: new Map([...all].filter(([, items]) => items.length > 0)),
  };
}

/**
 * Writes the definition. This peer agrees only if its own organisation has approved; whether enough have is the
 * lifecycle's endorsement policy's matter.
 * @throws LifecycleError
 */
export function commit(given: DefinitionArgs, call: ChannelCall): void {
  validate(given, call);
  const { approvals } = checkCommitReadiness(given, call);
  serialize(NAMESPACES, given.name, chaincodeDefinition(withDefaults(given)), publicState(call.simulator));
  if (approvals.get(call.peer.mspId) !== true) {
    throw new LifecycleError(`chaincode definition not agreed to by this org (${call.peer.mspId})`);
  }
}

/** @throws LifecycleError (404) when nothing is committed under the name. */
export function queryDefinition(
  name: string,
  call: ChannelCall,
): { readonly definition: SequencedParameters; readonly approvals: ReadonlyMap<string, boolean> } {
  const definition = readDefinition(name, call);
  return { definition, approvals: readiness(name, definition, call).approvals };
}

export async function queryDefinitions(call: ChannelCall): Promise<ReadonlyMap<string, SequencedParameters>> {
  const names = await publicNames(call.simulator);
  return new Map(names.map((name) => [name, readDefinition(name, call)]));
}

function readDefinition(name: string, { simulator }: ChannelCall): SequencedParameters {
  const state = publicState(simulator);
  if (readMetadata(NAMESPACES, name, state) === undefined) {
    throw new LifecycleError(`namespace ${name} is not defined`, 404);
  }
  return { ...readParameters(NAMESPACES, name, state), sequence: readSequence(name, state) };
}

/**
 * What the peer's organisation has approved.
 * @param requested 0: the next sequence if it is approved already, else the current one
 * @throws LifecycleError when it has not approved that.
 */
export function queryApproved(name: string, requested: number, call: ChannelCall): ApprovedDefinition {
  const own = orgState(call.simulator, call.peer.mspId);
  let sequence = requested;
  if (sequence === 0) {
    const current = readSequence(name, publicState(call.simulator));
    sequence = readMetadata(NAMESPACES, privateName(name, current + 1), own) === undefined ? current : current + 1;
  }
  const key = privateName(name, sequence);
  if (readMetadata(NAMESPACES, key, own) === undefined) {
    throw new LifecycleError(
      `could not fetch approved chaincode definition (name: '${name}', sequence: '${sequence}') ` +
        `on channel '${call.channel.name}'`,
    );
  }
  return { ...readParameters(NAMESPACES, key, own), name, sequence, packageId: readPackageId(key, own) };
}

export async function queryAllApproved(call: ChannelCall): Promise<readonly ApprovedDefinition[]> {
  const keys = await orgNames(call.simulator, call.peer.mspId);
  return keys.map((key) => {
    const [name = '', sequence = ''] = key.split('#');
    return queryApproved(name, Number(sequence), call);
  });
}
