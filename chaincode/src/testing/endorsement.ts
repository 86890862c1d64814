/** Endorsement policies in tests: the chaincode's own, and an evaluation of its own that goes through rules as Fabric does. */
import { common, msp } from '@hyperledger/fabric-protos';
import { ENROLMENT } from './builders';

/** A rule in words: an organisation's peer, or so many of some rules. */
export type Wanted = string | Readonly<{ n: number; of: readonly Wanted[] }>;

export const PEER = 3;
export const MEMBER = 0;

/** The bytes of a policy. @param role of all principals, as Fabric numbers them */
export function policyOf(wanted: Wanted, role: number = PEER): Uint8Array {
  const principals: msp.MSPPrincipal[] = [];
  const rule = (part: Wanted): common.SignaturePolicy => {
    const message = new common.SignaturePolicy();
    if (typeof part === 'string') {
      const principal = new msp.MSPPrincipal();
      const named = new msp.MSPRole();
      named.setMspIdentifier(part);
      named.setRole(role as 0 | 3);
      principal.setPrincipal(named.serializeBinary());
      message.setSignedBy(principals.push(principal) - 1);
      return message;
    }
    const gate = new common.SignaturePolicy.NOutOf();
    gate.setN(part.n);
    gate.setRulesList(part.of.map(rule));
    message.setNOutOf(gate);
    return message;
  };
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setRule(rule(wanted));
  envelope.setIdentitiesList(principals);
  return envelope.serializeBinary();
}

/** The chaincode's own: two peers of any of the members. */
export const OWN_POLICY = policyOf({ n: 2, of: ENROLMENT.map(({ mspId }) => mspId) });

/** Whether endorsements of one peer of each organisation satisfy a policy: each counts once, rules take them from left to right. */
export function satisfies(policy: Uint8Array, mspIds: readonly string[]): boolean {
  const envelope = common.SignaturePolicyEnvelope.deserializeBinary(policy);
  const named = envelope
    .getIdentitiesList()
    .map((principal) => msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8()))
    .map((role) => ([PEER, MEMBER].includes(role.getRole()) ? role.getMspIdentifier() : undefined));
  /** @returns the endorsements that are left, undefined when the rule does not hold */
  const evaluate = (
    rule: common.SignaturePolicy | undefined,
    left: readonly string[],
  ): readonly string[] | undefined => {
    const gate = rule?.getNOutOf();
    if (gate === undefined) {
      const at = left.findIndex((mspId) => mspId === named[rule?.getSignedBy() ?? -1]);
      return at < 0 ? undefined : left.filter((_, index) => index !== at);
    }
    let verified = 0;
    let rest = left;
    for (const child of gate.getRulesList()) {
      const after = evaluate(child, rest);
      if (after === undefined) continue;
      verified += 1;
      rest = after;
    }
    return verified >= gate.getN() ? rest : undefined;
  };
  return evaluate(envelope.getRule(), mspIds) !== undefined;
}

/** All sets of some organisations. */
export function subsetsOf(mspIds: readonly string[]): readonly (readonly string[])[] {
  return mspIds.reduce<readonly (readonly string[])[]>(
    (sets, mspId) => sets.flatMap((set) => [set, [...set, mspId]]),
    [[]],
  );
}
