/** What a description of a consortium must not say of itself: the same twice, nodes in one place, policies that nobody can satisfy. */
import { type z } from 'zod';
import { type ConsortiumSchema } from './consortium-schema';
import {
  organizationsOf,
  parsePolicy,
  PolicyError,
  satisfyingOrganizations,
  type SignaturePolicy,
} from './identity/policy';

type Description = z.infer<typeof ConsortiumSchema>;

/** What is wrong, and where in the description. */
export interface Found {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What no schema of single fields can see. */
export function contradictions(consortium: Description): readonly Found[] {
  const { organizations, orderer, channels } = consortium;
  // The orderer's organisation comes last: where it clashes with another, it is the one that is told.
  const groups = [
    ...organizations.map(({ name, mspId, domain, peers }, at) => ({
      ...{ name, mspId, domain, nodes: peers },
      ...{ path: ['organizations', at], nodesField: 'peers' },
    })),
    {
      ...{ name: orderer.name, mspId: orderer.mspId, domain: orderer.domain, nodes: orderer.orderers },
      ...{ path: ['orderer'], nodesField: 'orderers' },
    },
  ];
  // Where members order together, the one organisation that does it on a single machine is not there.
  const together = organizations.some(({ orderers = [] }) => orderers.length > 0);
  const places = [
    ...groups
      .filter(({ nodesField }) => nodesField === 'peers' || !together)
      .flatMap(({ nodes, path, nodesField }) =>
        nodes.map((node, index) => ({ node, path: [...path, nodesField, index] })),
      ),
    ...organizations.flatMap(({ orderers = [] }, at) =>
      orderers.map((node, index) => ({ node, path: ['organizations', at, 'orderers', index] })),
    ),
  ];
  const found: Found[] = [
    ...(['name', 'mspId', 'domain'] as const).flatMap((field) =>
      repeated(
        groups.map((group) => group[field]),
        (at) => [...(groups[at]?.path ?? []), field],
      ),
    ),
    ...repeated(
      organizations.map(({ uscc }) => uscc),
      (at) => ['organizations', at, 'uscc'],
    ),
    ...repeated(
      channels.map(({ name }) => name),
      (at) => ['channels', at, 'name'],
    ),
    ...repeated(
      places.map(({ node: { host, port } }) => (host === 'localhost' ? port : `${host}:${port}`)),
      (at) => [...(places[at]?.path ?? []), 'port'],
    ),
    ...groups.flatMap(({ nodes, path, nodesField }) =>
      repeated(
        nodes.map(({ name }) => name),
        (index) => [...path, nodesField, index, 'name'],
      ),
    ),
    ...organizations.flatMap(({ name, orderers = [] }, at) =>
      // A node's folder has its name, a peer's that of the organisation.
      repeated([name, ...orderers.map((orderer) => orderer.name)], (index) => [
        ...['organizations', at, 'orderers', index - 1, 'name'],
      ]),
    ),
  ];
  channels.forEach((channel, at) => {
    found.push(...channelContradictions(channel, organizations, ['channels', at]));
  });
  return found;
}

function channelContradictions(
  channel: Description['channels'][number],
  organizations: Description['organizations'],
  path: readonly PropertyKey[],
): readonly Found[] {
  const { members, blocks, chaincodes } = channel;
  const found: Found[] = [
    ...repeated(members, (at) => [...path, 'members', at]),
    ...repeated(
      chaincodes.map(({ name }) => name),
      (at) => [...path, 'chaincodes', at, 'name'],
    ),
  ];
  if (blocks.preferredMaxBytes > blocks.absoluteMaxBytes) {
    found.push({ path: [...path, 'blocks', 'preferredMaxBytes'], message: 'must not be more than absoluteMaxBytes' });
  }
  members.forEach((member, at) => {
    if (organizations.some(({ name }) => name === member)) return;
    found.push({ path: [...path, 'members', at], message: `"${member}" is not an organisation of this consortium` });
  });
  const mspIds = organizations.filter(({ name }) => members.includes(name)).map(({ mspId }) => mspId);
  chaincodes.forEach(({ endorsementPolicy, collections }, at) => {
    const problem = (message: string | undefined, ...place: readonly PropertyKey[]): void => {
      if (message !== undefined) found.push({ path: [...path, 'chaincodes', at, ...place], message });
    };
    // Whether the channel has the policy of a path shows when it is used, as in Fabric.
    if (!endorsementPolicy.startsWith('/Channel/'))
      problem(policyProblem(endorsementPolicy, mspIds), 'endorsementPolicy');
    found.push(
      ...repeated(
        collections.map(({ name }) => name),
        (index) => [...path, 'chaincodes', at, 'collections', index, 'name'],
      ),
    );
    collections.forEach((collection, index) => {
      problem(memberPolicyProblem(collection.policy, mspIds), 'collections', index, 'policy');
      const text = collection.endorsementPolicy?.signaturePolicy;
      if (text === undefined) return;
      problem(policyProblem(text, mspIds), 'collections', index, 'endorsementPolicy', 'signaturePolicy');
    });
  });
  return found;
}

/** A collection's members: any one of those named, so that each of them by itself is a member. */
function memberPolicyProblem(text: string, mspIds: readonly string[]): string | undefined {
  return readPolicy(text, mspIds, (policy) => (isOrOnly(policy) ? undefined : 'must be an OR of organisations'));
}

function isOrOnly(policy: SignaturePolicy): boolean {
  return policy.kind !== 'outOf' || (policy.n === 1 && policy.rules.every(isOrOnly));
}

function policyProblem(text: string, mspIds: readonly string[]): string | undefined {
  return readPolicy(text, mspIds, (policy) => {
    const enough = satisfyingOrganizations(policy, [], mspIds);
    if (enough === undefined) return 'cannot be satisfied by one peer of each member';
    return enough.length === 0 ? 'must need at least one endorsement' : undefined;
  });
}

/** What is wrong with a policy: its text, whom it names, or what `judge` finds. */
function readPolicy(
  text: string,
  mspIds: readonly string[],
  judge: (policy: SignaturePolicy) => string | undefined,
): string | undefined {
  // Whether the channel has such a policy shows when it is used, as in Fabric.
  if (text.startsWith('/Channel/')) return undefined;
  try {
    const policy = parsePolicy(text);
    const strangers = organizationsOf(policy).filter((mspId) => !mspIds.includes(mspId));
    if (strangers.length > 0) return `names MSPs that are not of the channel: ${strangers.join(', ')}`;
    return judge(policy);
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
}

function repeated(
  values: readonly (string | number)[],
  pathOf: (at: number) => readonly PropertyKey[],
): readonly Found[] {
  return values.flatMap((value, at) =>
    values.indexOf(value) === at ? [] : [{ path: pathOf(at), message: `"${value}" is there already` }],
  );
}
