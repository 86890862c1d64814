/** Which organisations have approved a definition: what they keep in their implicit collections, seen by its hashes. */
import { type Channel } from '../../channel';
import { type StateView } from '../../ledger/state';
import { implicitCollection } from '../../privdata/collection';
import { hashedKey, hashedNamespace, privateNamespace, sha256 } from '../../privdata/namespaces';
import { type DefinitionArgs, type SequencedParameters } from '../../wire/lifecycle';
import { type Version } from '../../wire/rwset';
import { committedState, LIFECYCLE } from './definitions';
import {
  CHAINCODE_SOURCES,
  chaincodeParameters,
  differences,
  fieldKey,
  NAMESPACES,
  type OpaqueState,
  readPackageId,
  readParameters,
} from './serializer';

/** The name under which an organisation keeps its approval of a sequence. */
export const privateName = (name: string, sequence: number): string => `${name}#${sequence}`;

/**
 * What each organisation's approval says otherwise, as Fabric names it; an empty list is an approval.
 * @param opaque an organisation's implicit collection
 */
export function orgMismatches(
  name: string,
  definition: SequencedParameters,
  mspIds: Iterable<string>,
  opaque: (mspId: string) => OpaqueState,
): ReadonlyMap<string, readonly string[]> {
  const structure = chaincodeParameters(definition);
  const key = privateName(name, definition.sequence);
  return new Map([...mspIds].sort().map((mspId) => [mspId, differences(NAMESPACES, key, structure, opaque(mspId))]));
}

/** An organisation's approval of the definition in force. */
export interface Approval {
  /** Empty: approved for others to run. */
  readonly packageId: string;
}

/** Remembers one organisation's approvals, so that an invocation costs one read of the state. */
export class Approvals {
  readonly #mspId: string;
  readonly #known = new Map<string, { readonly approval: Approval; readonly version: Version | undefined }>();
  /** What has been looked up already, by state: nothing changes in one. */
  readonly #read = new WeakMap<StateView, Map<string, Approval | undefined>>();

  constructor(mspId: string) {
    this.#mspId = mspId;
  }

  /** Whether the organisation has approved the definition, committed or not, as of the latest state. */
  isApproved(channel: Channel, definition: DefinitionArgs): boolean {
    const view = channel.ledger.acquire();
    try {
      const mismatches = orgMismatches(definition.name, definition, [this.#mspId], (mspId) => opaqueState(view, mspId));
      return mismatches.get(this.#mspId)?.length === 0;
    } finally {
      view.release();
    }
  }

  /** The approval of the definition that is committed with this sequence as of the view; undefined: there is none. */
  of(channel: string, name: string, sequence: number, view: StateView): Approval | undefined {
    const id = `${channel}/${name}#${sequence}`;
    let read = this.#read.get(view);
    if (read === undefined) this.#read.set(view, (read = new Map<string, Approval | undefined>()));
    if (!read.has(id)) read.set(id, this.#lookUp(id, name, sequence, view));
    return read.get(id);
  }

  #lookUp(id: string, name: string, sequence: number, view: StateView): Approval | undefined {
    const collection = implicitCollection(this.#mspId);
    const source = fieldKey(CHAINCODE_SOURCES, privateName(name, sequence), 'PackageID');
    const plain = view.get(privateNamespace(LIFECYCLE, collection), source);
    const known = this.#known.get(id);
    // An approval of a committed sequence can change in one thing only: the package, which then has another version.
    if (known !== undefined && sameVersion(known.version, plain?.version)) return known.approval;
    const parameters = { ...readParameters(NAMESPACES, name, committedState(view)), sequence };
    const mismatches = orgMismatches(name, parameters, [this.#mspId], (mspId) => opaqueState(view, mspId));
    if (mismatches.get(this.#mspId)?.length !== 0) return undefined;
    const packageId = readPackageId(privateName(name, sequence), {
      get: (key) => view.get(privateNamespace(LIFECYCLE, collection), key)?.value,
    });
    const approval = { packageId };
    this.#known.set(id, { approval, version: plain?.version });
    return approval;
  }
}

/** An organisation's implicit collection by its hashes, which everybody has; read without a trace. */
function opaqueState(view: StateView, mspId: string): OpaqueState {
  const namespace = hashedNamespace(LIFECYCLE, implicitCollection(mspId));
  return { hash: (key) => view.get(namespace, hashedKey(sha256(key)))?.value };
}

function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a?.block === b?.block && a?.tx === b?.tx;
}
