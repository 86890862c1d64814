/** The consortium in containers: one service a node, which is also its host name, each kind on the same ports. */
import { type Consensus } from '../configuration';
import { type Consortium, type OrganizationKind } from '../consortium';
import { asFabricRunsIt, type Placement } from '../fabric/placement';
import { withOnly } from './fewer';

/** `full`: all members and four BFT orderers. `small`: three members and one Raft orderer, for a small machine. */
export type Size = 'full' | 'small';

export const SIZES: readonly Size[] = ['full', 'small'];

/** Where each kind of service listens in its container. */
export const PORTS = {
  peer: 7051,
  orderer: 7050,
  ordererAdmin: 7053,
  operations: 9443,
  chaincode: 9999,
  gateway: 3000,
  exporter: 9464,
} as const;

export interface Layout {
  /** Names the compose project and what belongs to it. */
  readonly project: string;
  readonly consensus: Consensus['type'];
  /** Hosts are services, ports are those of the containers. */
  readonly placement: Placement;
  readonly orderers: readonly { readonly service: string; readonly name: string }[];
  readonly peers: readonly { readonly service: string; readonly organization: string }[];
  readonly chaincodes: readonly {
    readonly service: string;
    readonly organization: string;
    readonly name: string;
    readonly version: string;
  }[];
  /** Of the registrar, the first financier and the regulator: enough to see a second pledge refused, and all of it read. */
  readonly gateways: readonly { readonly service: string; readonly member: string }[];
}

/** The services that a description asks for. */
export function layoutOf(described: Consortium, size: Size): Layout {
  const consensus = size === 'small' ? 'etcdraft' : 'BFT';
  const first = (kind: OrganizationKind): string[] =>
    described.organizations
      .filter(({ kinds }) => kinds.includes(kind))
      .flatMap(({ name }, at) => (at === 0 ? [name] : []));
  const members = [...first('REGISTRAR'), ...first('FINANCIER'), ...first('REGULATOR')];
  const wanted = asFabricRunsIt(size === 'small' ? withOnly(described, members) : described, consensus);
  const { orderer } = wanted;
  const organizations = wanted.organizations.map((organization) => ({
    ...organization,
    peers: organization.peers.map(({ name }) => ({ name, host: `${name}.${organization.name}`, port: PORTS.peer })),
  }));
  const orderers = orderer.orderers.map(({ name }) => ({ name, host: `${name}.${orderer.name}`, port: PORTS.orderer }));
  const consortium = { ...wanted, organizations, orderer: { ...orderer, orderers } };
  const all = (names: readonly string[], port: number): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, port]));
  const ordererNames = orderers.map(({ name }) => name);
  return {
    project: size === 'small' ? `${described.name}-small` : described.name,
    consensus,
    placement: {
      consortium,
      adminPorts: all(ordererNames, PORTS.ordererAdmin),
      operationsPorts: all([...ordererNames, ...organizations.map(({ name }) => name)], PORTS.operations),
      ports: {},
    },
    orderers: orderers.map(({ name, host }) => ({ service: host, name })),
    peers: organizations.flatMap(({ name, peers }) => peers.map(({ host }) => ({ service: host, organization: name }))),
    chaincodes: organizations.flatMap(({ name: organization }) =>
      chaincodesOf(consortium, organization).map(({ name, version }) => ({
        ...{ service: `${name}-chaincode.${organization}`, organization, name, version },
      })),
    ),
    gateways: members.map((member) => ({ service: `gateway.${member}`, member })),
  };
}

/** Each once, though several channels of the organisation may define it. */
function chaincodesOf(
  { channels }: Consortium,
  organization: string,
): readonly { readonly name: string; readonly version: string }[] {
  const theirs = channels
    .filter(({ members }) => members.includes(organization))
    .flatMap(({ chaincodes }) => chaincodes);
  return [...new Map(theirs.map((chaincode) => [chaincode.name, chaincode])).values()];
}
