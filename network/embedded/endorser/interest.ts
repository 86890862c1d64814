/** Fabric's ChaincodeInterest: what a simulation touched, so that it can be told whose endorsements it needs. */
import { policyFromEnvelope, PolicyError, type SignaturePolicy } from '../../identity/policy';
import { ExecutionError } from '../chaincode/context';
import { type StateView } from '../ledger/state';
import { hashedKey, hashedNamespace, sha256 } from '../privdata/namespaces';
import { systemChaincodes } from '../scc';
import { type ProposalResponse } from '../wire/proposal';
import { validationParameter } from './metadata';
import { type TouchedNamespace } from './simulator';

/** One chaincode, or one private data collection of it, that a transaction touches. */
export interface ChaincodeCall {
  readonly name: string;
  /** Empty, or one collection. */
  readonly collectionNames: readonly string[];
  /** Whether the collection is written only, so that organisations without its data can endorse too. */
  readonly noPrivateReads: boolean;
  /** The chaincode's own policy does not matter: only keys are written that have policies of their own. */
  readonly disregardNamespacePolicy: boolean;
  /** The policies of written keys. */
  readonly keyPolicies: readonly SignaturePolicy[];
}

/** An endorser's answer, with what its transaction touches where it was endorsed. */
export interface EndorserAnswer extends ProposalResponse {
  readonly interest?: readonly ChaincodeCall[] | undefined;
}

/**
 * What a transaction touches, without system chaincodes.
 * @param view the state that it was simulated on: policies as committed count, not as the transaction would set them.
 * @throws ExecutionError when a key has a policy that cannot be read.
 */
export function chaincodeInterest(touched: readonly TouchedNamespace[], view: StateView): readonly ChaincodeCall[] {
  return touched
    .filter(({ namespace }) => !systemChaincodes.has(namespace))
    .flatMap((namespace) => namespaceCalls(namespace, view));
}

/** The call of a chaincode of which only its name is known. */
export function plainCall(name: string): ChaincodeCall {
  return { name, collectionNames: [], noPrivateReads: false, disregardNamespacePolicy: false, keyPolicies: [] };
}

/** One call for the chaincode's own keys with all keys' policies, and one for each collection. */
function namespaceCalls(touched: TouchedNamespace, view: StateView): readonly ChaincodeCall[] {
  const { namespace, collections } = touched;
  const own = writtenPolicies(namespace, touched.written, view);
  const keyPolicies = [...own.keyPolicies];
  const calls: ChaincodeCall[] = [];
  // Who only reads needs the chaincode's policy as well.
  let onlyReads = touched.written.size === 0;
  for (const { collection, written, isRead } of collections) {
    const hashes = new Set([...written].map((key) => hashedKey(sha256(key))));
    const found = writtenPolicies(hashedNamespace(namespace, collection), hashes, view);
    keyPolicies.push(...found.keyPolicies);
    if (written.size > 0) onlyReads = false;
    if (!found.hasPlain && !isRead) continue;
    calls.push({ ...plainCall(namespace), collectionNames: [collection], noPrivateReads: !isRead });
  }
  const needsChaincodePolicy = onlyReads || own.hasPlain;
  if (!needsChaincodePolicy && keyPolicies.length === 0) return calls;
  return [{ ...plainCall(namespace), keyPolicies, disregardNamespacePolicy: !needsChaincodePolicy }, ...calls];
}

/** The policies of written keys, and whether there are written keys without one. */
function writtenPolicies(
  namespace: string,
  keys: ReadonlySet<string>,
  view: StateView,
): { readonly keyPolicies: readonly SignaturePolicy[]; readonly hasPlain: boolean } {
  if (!view.hasMetadata(namespace)) return { keyPolicies: [], hasPlain: keys.size > 0 };
  const parameters = [...keys].map((key) => validationParameter(view.metadata(namespace, key)));
  return {
    keyPolicies: parameters.flatMap((parameter) => (parameter === undefined ? [] : readKeyPolicy(parameter))),
    hasPlain: parameters.includes(undefined),
  };
}

function readKeyPolicy(parameter: Buffer): SignaturePolicy {
  // Reads as a policy without a rule, which no set of principals satisfies.
  if (parameter.length === 0) return { kind: 'outOf', n: 0, rules: [] };
  try {
    return policyFromEnvelope(parameter);
  } catch (error) {
    if (error instanceof PolicyError) throw new ExecutionError(error.message);
    throw error;
  }
}
