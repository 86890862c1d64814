/** The policies of a configuration's groups, out of their messages. */
import { type GroupPolicy, policyFromEnvelope, PolicyError, type PolicyGroup } from '../../identity/policy';
import { type ConfigGroup, type ConfigPolicy } from '../wire/configtx';
import { bytesField, Reader, varintField } from '../wire/protobuf';
import { ConfigError } from './errors';

/**
 * The policies of a group and of all below it.
 * @param path of the group, without the first slash
 * @throws ConfigError when one of them is none that can be evaluated
 */
export function policyGroup(group: ConfigGroup, path: string): PolicyGroup {
  return {
    groups: new Map([...group.groups].map(([name, child]) => [name, policyGroup(child, `${path}/${name}`)])),
    policies: new Map([...group.policies].map(([name, element]) => [name, readPolicy(element, name, path)])),
  };
}

/** common.Policy.PolicyType. */
const SIGNATURE = 1;
const IMPLICIT_META = 3;
/** common.ImplicitMetaPolicy.Rule. */
const RULES = ['ANY', 'ALL', 'MAJORITY'] as const;

const INITIALIZING = 'initializing policymanager failed: ';

function readPolicy({ policy }: ConfigPolicy, name: string, path: string): GroupPolicy {
  const where = `policy ${name} at path ${path}`;
  if (policy === undefined) throw new ConfigError(`${INITIALIZING}${where} was nil`);
  if (policy.type === IMPLICIT_META) return readImplicitMeta(policy.value);
  if (policy.type !== SIGNATURE) {
    throw new ConfigError(`${INITIALIZING}${where} has unknown policy type: ${policy.type}`);
  }
  try {
    return { kind: 'signature', policy: policyFromEnvelope(policy.value) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new ConfigError(`${INITIALIZING}${where} did not compile: ${error.message}`);
  }
}

function readImplicitMeta(bytes: Uint8Array): GroupPolicy {
  const reader = new Reader(bytes);
  let subPolicy = '';
  let rule = 0;
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) subPolicy = reader.string();
    else if (key === varintField(2)) rule = reader.integer();
    else reader.skip(key);
  }
  return { kind: 'implicitMeta', rule: RULES[rule] ?? 'ANY', subPolicy };
}
