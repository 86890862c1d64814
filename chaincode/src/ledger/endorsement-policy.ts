/**
 * Endorsement policies of keys. Such a policy stands in place of the chaincode's own, so it is made of it: what is endorsed under the one
 * is always endorsed under the other too, and by those who guard the key.
 */
import { common, msp } from '@hyperledger/fabric-protos';
import type { Guard } from '../domain/guard';

/** common.SignaturePolicyEnvelope, as bytes. */
export type EndorsementPolicy = Uint8Array;

/** The chaincode's policy cannot be made part of a key's. Nothing is written. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/** Principals by their place in the envelope, as its rules name them. */
type Rule = Readonly<{ signedBy: number }> | Readonly<{ n: number; rules: readonly Rule[] }>;
type Principal = Readonly<{ mspId: string; role: number }>;

// By number: fabric-shim's older copy of the protos shares its global objects with ours.
const ROLE = { MEMBER: 0, PEER: 3 } as const;
const CLASSIFICATION_ROLE = 0;

/**
 * The policy of a guarded key: every guard that the chaincode's own policy names endorses, and with their endorsements the own policy is
 * satisfied. A guard that it does not name has no peer that could endorse, so the own policy alone speaks for it.
 *
 * Where an organisation stands in several branches of the own policy, the outcome may ask for more than it, never for less.
 * @throws PolicyError when the own policy cannot be read.
 */
export function guardedPolicy(own: EndorsementPolicy, guard: Guard): EndorsementPolicy {
  const envelope = common.SignaturePolicyEnvelope.deserializeBinary(own);
  const principals = envelope.getIdentitiesList().map(principalOf);
  const rule = ruleOf(envelope.getRule());
  const signatures = guard.flatMap((mspId) => signatureOf(mspId, principals) ?? []);
  if (signatures.length === 0) return own;
  const guards = new Set(signatures.map(({ signedBy }) => principals[signedBy]?.mspId));
  const { rest } = withoutGuards(rule, principals, guards);
  // Guards come first: Fabric takes each signature once, in the order of the rules.
  const rules = rest === undefined ? signatures : [...signatures, rest];
  envelope.setRule(messageOf({ n: rules.length, rules }));
  return envelope.serializeBinary();
}

/** How the own policy names an organisation's peers: as its peers, else as members, which peers are too. */
function signatureOf(mspId: string, principals: readonly Principal[]): { signedBy: number } | undefined {
  for (const wanted of [ROLE.PEER, ROLE.MEMBER]) {
    const signedBy = principals.findIndex(({ mspId: named, role }) => named === mspId && role === wanted);
    if (signedBy >= 0) return { signedBy };
  }
  return undefined;
}

/** What is left of a rule when the guards have signed; a signature counts once. */
type Reduced = Readonly<{ rest: Rule | undefined; used: ReadonlySet<string> }>;

function withoutGuards(rule: Rule, principals: readonly Principal[], guards: ReadonlySet<string | undefined>): Reduced {
  if ('signedBy' in rule) {
    const principal = principals[rule.signedBy];
    const signs = principal !== undefined && guards.has(principal.mspId) && isPeer(principal);
    return signs ? { rest: undefined, used: new Set([principal.mspId]) } : { rest: rule, used: new Set() };
  }
  // Single signatures first: in a nested rule one is of use only together with others.
  const ordered = [...rule.rules].sort((a, b) => Number('n' in a) - Number('n' in b));
  const used = new Set<string>();
  const left: Rule[] = [];
  for (const child of ordered) {
    // Of alternatives one counts, so that each may use all guards' signatures.
    const open = rule.n === 1 ? guards : new Set([...guards].filter((mspId) => !used.has(mspId ?? '')));
    const reduced = withoutGuards(child, principals, open);
    for (const mspId of reduced.used) used.add(mspId);
    if (reduced.rest !== undefined) left.push(reduced.rest);
  }
  const n = rule.n - (ordered.length - left.length);
  return { rest: n <= 0 ? undefined : { n, rules: left }, used };
}

function isPeer({ role }: Principal): boolean {
  return role === ROLE.PEER || role === ROLE.MEMBER;
}

function principalOf(message: msp.MSPPrincipal): Principal {
  if (message.getPrincipalClassification() !== CLASSIFICATION_ROLE) return { mspId: '', role: -1 };
  const role = msp.MSPRole.deserializeBinary(message.getPrincipal_asU8());
  return { mspId: role.getMspIdentifier(), role: role.getRole() };
}

function ruleOf(message: common.SignaturePolicy | undefined): Rule {
  const gate = message?.getNOutOf();
  if (gate !== undefined) return { n: gate.getN(), rules: gate.getRulesList().map(ruleOf) };
  if (message?.hasSignedBy() !== true) throw new PolicyError("the chaincode's endorsement policy has an empty rule");
  return { signedBy: message.getSignedBy() };
}

function messageOf(rule: Rule): common.SignaturePolicy {
  const message = new common.SignaturePolicy();
  if ('signedBy' in rule) {
    message.setSignedBy(rule.signedBy);
    return message;
  }
  const gate = new common.SignaturePolicy.NOutOf();
  gate.setN(rule.n);
  gate.setRulesList(rule.rules.map(messageOf));
  message.setNOutOf(gate);
  return message;
}
