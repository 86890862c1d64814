/** Key-level endorsement policies. */
import { KeyEndorsementPolicy } from 'fabric-shim';
import { arg, type Functions, json, text } from './function';

/** A peer of each of the organisations has to endorse. */
function allOf(mspIds: readonly string[]): Uint8Array {
  const policy = new KeyEndorsementPolicy();
  policy.addOrgs('PEER', ...mspIds);
  return policy.getPolicy();
}

export const policies: Functions = {
  /** setPolicy key [mspId …] */
  setPolicy: async (stub, args) => {
    await stub.setStateValidationParameter(arg(args, 0), allOf(args.slice(1)));
    return text('set');
  },
  /** putWithPolicy key value [mspId …] */
  putWithPolicy: async (stub, args) => {
    await stub.putState(arg(args, 0), text(arg(args, 1)));
    await stub.setStateValidationParameter(arg(args, 0), allOf(args.slice(2)));
    return text('written');
  },
  /** putWithPolicyBytes key value: the policy is the transient field `policy`. */
  putWithPolicyBytes: async (stub, args) => {
    await stub.putState(arg(args, 0), text(arg(args, 1)));
    await stub.setStateValidationParameter(arg(args, 0), stub.getTransient().get('policy') ?? Buffer.alloc(0));
    return text('written');
  },
  /** A policy of no bytes at all. */
  emptyPolicy: async (stub, args) => {
    await stub.setStateValidationParameter(arg(args, 0), Buffer.alloc(0));
    return text('set');
  },
  /** The organisations that a key's policy names. */
  policyOf: async (stub, args) => {
    const bytes = await stub.getStateValidationParameter(arg(args, 0));
    if (!(bytes instanceof Uint8Array) || bytes.length === 0) return json([]);
    const policy = new KeyEndorsementPolicy(bytes);
    return json([...policy.listOrgs()].sort());
  },
};
