/** Finds and replaces elements of a configuration, for changes. */
import { type ConfigGroup, ConfigPolicy, ConfigValue } from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { type Policy } from '@hyperledger/fabric-protos/lib/common/policies_pb';
import { type FabricMSPConfig } from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';
import { ConfigurationError } from './errors';
import { ADMINS, type Message } from './group';
import { readMsp } from './msp';

/** The parts of a channel that have organisations. */
export type Part = 'Application' | 'Orderer';

/** @throws ConfigurationError when the group has no group of this name */
export function groupIn(group: ConfigGroup, name: string): ConfigGroup {
  const found = group.getGroupsMap().get(name);
  if (found === undefined) throw new ConfigurationError(`the configuration has no group ${name}`);
  return found;
}

/** The bytes of a value; empty when there is none of this name. */
export function valueIn(group: ConfigGroup, name: string): Uint8Array {
  return group.getValuesMap().get(name)?.getValue_asU8() ?? new Uint8Array();
}

/** Sets a value; who may change it stays as it is, of a new one it is the group's administrators. */
export function setValue(group: ConfigGroup, name: string, message: Message): void {
  const value = group.getValuesMap().get(name) ?? new ConfigValue();
  if (value.getModPolicy() === '') value.setModPolicy(ADMINS);
  value.setValue(message.serializeBinary());
  group.getValuesMap().set(name, value);
}

/** Sets a policy; who may change it stays as it is, of a new one it is the group's administrators. */
export function setPolicyIn(group: ConfigGroup, name: string, policy: Policy): void {
  const element = group.getPoliciesMap().get(name) ?? new ConfigPolicy();
  if (element.getModPolicy() === '') element.setModPolicy(ADMINS);
  element.setPolicy(policy);
  group.getPoliciesMap().set(name, element);
}

/** An organisation's group; its name need not be the MSP's. */
export interface OrganizationElement {
  readonly name: string;
  readonly group: ConfigGroup;
  readonly msp: FabricMSPConfig;
}

/** The organisations of a part, in the order of their groups' names. */
export function organizationsIn(channelGroup: ConfigGroup, part: Part): readonly OrganizationElement[] {
  const found: OrganizationElement[] = [];
  channelGroup
    .getGroupsMap()
    .get(part)
    ?.getGroupsMap()
    .forEach((group, name) => {
      found.push({ name, group, msp: readMsp(valueIn(group, 'MSP')) });
    });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws ConfigurationError when no organisation of the part has this MSP */
export function organizationIn(channelGroup: ConfigGroup, part: Part, mspId: string): OrganizationElement {
  const found = organizationsIn(channelGroup, part).find(({ msp }) => msp.getName() === mspId);
  if (found !== undefined) return found;
  const what = part === 'Application' ? 'member' : 'ordering organisation';
  throw new ConfigurationError(`${mspId} is no ${what} of the channel`);
}
