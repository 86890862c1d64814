/** What a change of a configuration comes to as Fabric wants it proposed: the elements read, and those written, with versions. */
import {
  Config,
  ConfigGroup,
  ConfigPolicy,
  ConfigUpdate,
  ConfigValue,
} from '@hyperledger/fabric-protos/lib/common/configtx_pb';
import { ConfigurationError } from './errors';

/**
 * A change of a channel's configuration: edits the group `Channel` that it is given, which is a copy.
 * @throws ConfigurationError when it cannot be done
 */
export type ConfigurationChange = (channelGroup: ConfigGroup) => void;

/**
 * The configuration after some changes; the given one stays as it is.
 * @throws ConfigurationError
 */
export function changed(config: Config, ...changes: readonly ConfigurationChange[]): Config {
  const copy = Config.deserializeBinary(config.serializeBinary());
  const group = channelGroupOf(copy);
  for (const change of changes) change(group);
  return copy;
}

/**
 * The update that leads from one configuration to another, the same that `configtxlator compute_update` gives.
 * @param channel its name, which stands in the update
 * @throws ConfigurationError when nothing is different
 */
export function computeUpdate(channel: string, before: Config, after: Config): ConfigUpdate {
  const delta = computeGroup(channelGroupOf(before), channelGroupOf(after));
  if (!delta.isChanged) throw new ConfigurationError('nothing changes: the configuration is this one already');
  const update = new ConfigUpdate();
  update.setChannelId(channel);
  update.setReadSet(delta.read);
  update.setWriteSet(delta.write);
  return update;
}

/**
 * The group `Channel`.
 * @throws ConfigurationError when there is none
 */
export function channelGroupOf(config: Config): ConfigGroup {
  const group = config.getChannelGroup();
  if (group === undefined) throw new ConfigurationError('the configuration has no channel group');
  return group;
}

interface GroupDelta {
  readonly read: ConfigGroup;
  readonly write: ConfigGroup;
  readonly isChanged: boolean;
}

/** A map of a group, as far as maps of groups, values and policies are the same. */
interface Entries<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): unknown;
  forEach(visit: (value: T, key: string) => void): void;
}

/**
 * Only what is different is written, each element one version on. Where members of a group come or go, the group itself is, and
 * then all its members stand in both sets, the unchanged ones by their version alone.
 */
function computeGroup(before: ConfigGroup, after: ConfigGroup): GroupDelta {
  const read = new ConfigGroup();
  const write = new ConfigGroup();
  read.setVersion(before.getVersion());
  write.setVersion(before.getVersion());
  const unchanged: (() => void)[] = [];
  const values = computeLeaves(before.getValuesMap(), after.getValuesMap(), sameValue, {
    same: (name, { version }) => {
      unchanged.push(() => {
        read.getValuesMap().set(name, valueAt(version));
        write.getValuesMap().set(name, valueAt(version));
      });
    },
    different: (name, value, version) => {
      const message = valueAt(version);
      message.setModPolicy(value.getModPolicy());
      message.setValue(value.getValue_asU8());
      write.getValuesMap().set(name, message);
    },
  });
  const policies = computeLeaves(before.getPoliciesMap(), after.getPoliciesMap(), samePolicy, {
    same: (name, { version }) => {
      unchanged.push(() => {
        read.getPoliciesMap().set(name, policyAt(version));
        write.getPoliciesMap().set(name, policyAt(version));
      });
    },
    different: (name, policy, version) => {
      const message = policyAt(version);
      message.setModPolicy(policy.getModPolicy());
      message.setPolicy(policy.getPolicy());
      write.getPoliciesMap().set(name, message);
    },
  });
  const groups = computeGroups(before, after, read, write, unchanged);
  const membersChanged =
    values.membersChanged ||
    policies.membersChanged ||
    groups.membersChanged ||
    before.getModPolicy() !== after.getModPolicy();
  if (membersChanged) {
    for (const add of unchanged) add();
    write.setVersion(before.getVersion() + 1);
    write.setModPolicy(after.getModPolicy());
  }
  return { read, write, isChanged: membersChanged || values.isChanged || policies.isChanged || groups.isChanged };
}

interface MapDelta {
  /** Whether a member came or went. */
  readonly membersChanged: boolean;
  /** Whether a member is another than before. */
  readonly isChanged: boolean;
}

function computeLeaves<T extends ConfigValue | ConfigPolicy>(
  before: Entries<T>,
  after: Entries<T>,
  isSame: (a: T, b: T) => boolean,
  found: {
    same(name: string, at: { readonly version: number }): void;
    different(name: string, element: T, version: number): void;
  },
): MapDelta {
  let membersChanged = false;
  let isChanged = false;
  before.forEach((old, name) => {
    const updated = after.get(name);
    if (updated === undefined) membersChanged = true;
    else if (isSame(old, updated)) found.same(name, { version: old.getVersion() });
    else {
      isChanged = true;
      found.different(name, updated, old.getVersion() + 1);
    }
  });
  after.forEach((added, name) => {
    if (before.get(name) !== undefined) return;
    membersChanged = true;
    found.different(name, added, 0);
  });
  return { membersChanged, isChanged };
}

function computeGroups(
  before: ConfigGroup,
  after: ConfigGroup,
  read: ConfigGroup,
  write: ConfigGroup,
  unchanged: (() => void)[],
): MapDelta {
  let membersChanged = false;
  let isChanged = false;
  before.getGroupsMap().forEach((old, name) => {
    const updated = after.getGroupsMap().get(name);
    if (updated === undefined) {
      membersChanged = true;
      return;
    }
    const delta = computeGroup(old, updated);
    const add = (): void => {
      read.getGroupsMap().set(name, delta.read);
      write.getGroupsMap().set(name, delta.write);
    };
    if (!delta.isChanged) unchanged.push(add);
    else {
      isChanged = true;
      add();
    }
  });
  after.getGroupsMap().forEach((added, name) => {
    if (before.getGroupsMap().get(name) !== undefined) return;
    membersChanged = true;
    const { write: whole } = computeGroup(new ConfigGroup(), added);
    whole.setVersion(0);
    whole.setModPolicy(added.getModPolicy());
    write.getGroupsMap().set(name, whole);
  });
  return { membersChanged, isChanged };
}

function valueAt(version: number): ConfigValue {
  const value = new ConfigValue();
  value.setVersion(version);
  return value;
}

function policyAt(version: number): ConfigPolicy {
  const policy = new ConfigPolicy();
  policy.setVersion(version);
  return policy;
}

function sameValue(a: ConfigValue, b: ConfigValue): boolean {
  return a.getModPolicy() === b.getModPolicy() && Buffer.compare(a.getValue_asU8(), b.getValue_asU8()) === 0;
}

function samePolicy(a: ConfigPolicy, b: ConfigPolicy): boolean {
  const bytes = (policy: ConfigPolicy): Uint8Array => policy.getPolicy()?.serializeBinary() ?? new Uint8Array();
  return a.getModPolicy() === b.getModPolicy() && Buffer.compare(bytes(a), bytes(b)) === 0;
}
