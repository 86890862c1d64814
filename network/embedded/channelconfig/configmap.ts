/** A configuration as a flat map of its elements by path, in which Fabric compares and changes it. */
import { type ConfigGroup, type ConfigPolicy, type ConfigValue } from '../wire/configtx';
import { ConfigError } from './errors';

/** A group, value or policy with its place. */
export type ConfigElement = Readonly<{
  /** Its own name. */
  key: string;
  /** The names of the groups that it stands in, from `Channel`. */
  path: readonly string[];
}> &
  (
    | { readonly kind: 'Group'; readonly element: ConfigGroup }
    | { readonly kind: 'Value'; readonly element: ConfigValue }
    | { readonly kind: 'Policy'; readonly element: ConfigPolicy }
  );

/** By kind and path: `[Value]  /Channel/Orderer/BatchSize`. */
export type ConfigMap = ReadonlyMap<string, ConfigElement>;

const ROOT = 'Channel';
const PREFIXES = { Group: '[Group]  ', Value: '[Value]  ', Policy: '[Policy] ' } as const;

/**
 * All elements of a channel's group.
 * @throws ConfigError when a name is none
 */
export function mapConfig(channelGroup: ConfigGroup | undefined): ConfigMap {
  const map = new Map<string, ConfigElement>();
  if (channelGroup !== undefined) addGroup(map, ROOT, [], channelGroup);
  return map;
}

function addGroup(map: Map<string, ConfigElement>, key: string, path: readonly string[], group: ConfigGroup): void {
  add(map, { kind: 'Group', key, path, element: group });
  const below = [...path, key];
  for (const [name, child] of group.groups) addGroup(map, name, below, child);
  for (const [name, element] of group.values) add(map, { kind: 'Value', key: name, path: below, element });
  for (const [name, element] of group.policies) add(map, { kind: 'Policy', key: name, path: below, element });
}

function add(map: Map<string, ConfigElement>, element: ConfigElement): void {
  const problem = nameProblem(element.key);
  if (problem !== undefined) throw new ConfigError(`illegal characters in key: ${PREFIXES[element.kind]}: ${problem}`);
  map.set(placeOf(element.kind, [...element.path, element.key]), element);
}

function placeOf(kind: ConfigElement['kind'], path: readonly string[]): string {
  return `${PREFIXES[kind]}/${path.join('/')}`;
}

const MAX_NAME = 249;

/** What is wrong with a name of an element, in Fabric's words; undefined: nothing. */
export function nameProblem(name: string): string | undefined {
  if (name.length === 0) return 'config ID illegal, cannot be empty';
  if (Buffer.byteLength(name) > MAX_NAME) return `config ID illegal, cannot be longer than ${MAX_NAME}`;
  if (name === '.' || name === '..') return `name '${name}' for config ID is not allowed`;
  return /^[a-zA-Z0-9.-]+$/.test(name) ? undefined : `config ID '${name}' contains illegal characters`;
}

/**
 * The channel's group that a map comes to: which members a group has is said by the group, what they are by the map.
 * @throws ConfigError when a member is not there
 */
export function configOf(map: ConfigMap): ConfigGroup {
  return groupAt(map, [ROOT]);
}

/** What an element without a policy of its own for changes gets. */
const DEFAULT_MOD_POLICY = 'Admins';

function groupAt(map: ConfigMap, path: readonly string[]): ConfigGroup {
  const found = map.get(placeOf('Group', path));
  if (found?.kind !== 'Group') throw missing('group', placeOf('Group', path));
  const { groups, values, policies, version, modPolicy } = found.element;
  return {
    version,
    modPolicy: modPolicy === '' ? DEFAULT_MOD_POLICY : modPolicy,
    groups: new Map([...groups.keys()].map((name) => [name, groupAt(map, [...path, name])])),
    values: new Map(
      [...values.keys()].map((name) => {
        const value = map.get(placeOf('Value', [...path, name]));
        if (value?.kind !== 'Value') throw missing('value', placeOf('Value', [...path, name]));
        return [name, withModPolicy(value.element)];
      }),
    ),
    policies: new Map(
      [...policies.keys()].map((name) => {
        const policy = map.get(placeOf('Policy', [...path, name]));
        if (policy?.kind !== 'Policy') throw missing('policy', placeOf('Policy', [...path, name]));
        return [name, withModPolicy(policy.element)];
      }),
    ),
  };
}

function withModPolicy<T extends ConfigValue | ConfigPolicy>(element: T): T {
  return element.modPolicy === '' ? { ...element, modPolicy: DEFAULT_MOD_POLICY } : element;
}

function missing(what: string, place: string): ConfigError {
  return new ConfigError(`could not turn configMap back to channelGroup: missing ${what} at path: ${place}`);
}
