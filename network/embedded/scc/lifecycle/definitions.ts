/** The chaincodes that are committed on a channel, as the ledger has them. */
import { PolicyError } from '../../../identity/policy';
import { type ApplicationPolicy, type ChaincodeDefinition, type ChaincodeDefinitions } from '../../channel';
import { type Ledger } from '../../ledger/ledger';
import { type StateView } from '../../ledger/state';
import { type SequencedParameters } from '../../wire/lifecycle';
import { WireError } from '../../wire/protobuf';
import { CollectionError, decodeCollections } from './collections';
import { decodeApplicationPolicy } from './policy';
import { metadataRange, NAMESPACES, type ReadableState, readParameters, readSequence } from './serializer';

/** The lifecycle's own name, and the namespace of its state. */
export const LIFECYCLE = '_lifecycle';

/** Who must agree to a definition: by default most of the channel's members. */
export const LIFECYCLE_ENDORSEMENT: ApplicationPolicy = {
  kind: 'channelConfig',
  reference: '/Channel/Application/LifecycleEndorsement',
};

/** `_lifecycle` is a chaincode like others to who validates and to who finds collections. */
const LIFECYCLE_DEFINITION: ChaincodeDefinition = {
  name: LIFECYCLE,
  version: 'syscc',
  sequence: 0,
  initRequired: false,
  endorsementPolicy: LIFECYCLE_ENDORSEMENT,
  collections: [],
};

export class LedgerDefinitions implements ChaincodeDefinitions {
  readonly #ledger: Ledger;
  /** By name and sequence: what was committed with a sequence never changes. */
  readonly #known = new Map<string, ChaincodeDefinition>();

  /** What has been looked up already, by state: nothing changes in one. */
  readonly #read = new WeakMap<StateView, Map<string, ChaincodeDefinition | undefined>>();

  #names: readonly string[] = [];

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get(name: string, view?: StateView): ChaincodeDefinition | undefined {
    if (name === LIFECYCLE) return LIFECYCLE_DEFINITION;
    const state = view?.acquire() ?? this.#ledger.acquire();
    try {
      let read = this.#read.get(state);
      if (read === undefined) this.#read.set(state, (read = new Map<string, ChaincodeDefinition | undefined>()));
      if (!read.has(name)) read.set(name, this.#lookUp(name, committedState(state)));
      return read.get(name);
    } finally {
      state.release();
    }
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  names(): readonly string[] {
    return this.#names;
  }

  async refresh(): Promise<void> {
    const view = this.#ledger.acquire();
    const [start, end] = metadataRange(NAMESPACES);
    const scan = view.range(LIFECYCLE, start, end);
    const found: string[] = [];
    try {
      for (let batch = await scan.next(100); batch.length > 0; batch = await scan.next(100)) {
        found.push(...batch.map(({ key }) => key.slice(start.length)));
      }
    } finally {
      await scan.close();
      view.release();
    }
    this.#names = found;
  }

  #lookUp(name: string, state: ReadableState): ChaincodeDefinition | undefined {
    const sequence = readSequence(name, state);
    if (sequence === 0) return undefined;
    const id = `${name}#${sequence}`;
    let definition = this.#known.get(id);
    if (definition === undefined) {
      definition = interpret(name, { ...readParameters(NAMESPACES, name, state), sequence });
      this.#known.set(id, definition);
    }
    return definition;
  }
}

/** The lifecycle's public state, read without a trace in a read-write set. */
export function committedState(view: StateView): ReadableState {
  return { get: (key) => view.get(LIFECYCLE, key)?.value };
}

function interpret(name: string, parameters: SequencedParameters): ChaincodeDefinition {
  const { version, sequence, initRequired } = parameters;
  const endorsementPolicy = policyOf(parameters);
  return {
    name,
    version,
    sequence,
    initRequired,
    endorsementPolicy,
    collections: readCollections(parameters.collections),
  };
}

/** Nobody satisfies a policy that cannot be read. */
function policyOf({ validationParameter }: SequencedParameters): ApplicationPolicy {
  const impossible: ApplicationPolicy = { kind: 'signature', policy: { kind: 'outOf', n: 1, rules: [] } };
  try {
    return decodeApplicationPolicy(validationParameter) ?? impossible;
  } catch (error) {
    if (error instanceof PolicyError || error instanceof WireError) return impossible;
    throw error;
  }
}

/** The collections in a definition's bytes. Approval and commit have checked them; ones that cannot be read are none. */
export function readCollections(bytes: Uint8Array): ChaincodeDefinition['collections'] {
  try {
    return decodeCollections(bytes);
  } catch (error) {
    if (error instanceof CollectionError || error instanceof WireError) return [];
    throw error;
  }
}
