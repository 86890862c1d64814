/** The material of a home that is one member's: its own keys, and of the others what they have handed over. */
import { mkdir } from 'node:fs/promises';
import { type Consortium, type Organization } from '../consortium';
import { MaterialError } from './errors';
import { fingerprintOf, type MemberCard, readCard } from './member-card';
import { cryptoFolder, ensureOrganization, type OwnKeys } from './material';
import { removeAbandoned } from './organization-folder';

export interface OwnMaterial extends OwnKeys {
  /** What the others get. */
  readonly card: MemberCard;
}

/** An ordering organisation as all others know it. */
export interface KnownOrdering {
  readonly mspId: string;
  readonly caPem: string;
  readonly tlsCaPem: string;
  readonly nodes: readonly {
    readonly host: string;
    readonly port: number;
    readonly identity: { readonly certPem: string };
    readonly tls: { readonly certPem: string };
  }[];
}

export interface MemberMaterial extends OwnMaterial {
  /** @throws MaterialError when the organisation has handed nothing over yet */
  readonly known: (name: string) => MemberCard;
  /** The certificates of an organisation of the description. @throws MaterialError as `known` */
  readonly channel: { organization(name: string): MemberCard; readonly ordering: readonly KnownOrdering[] };
}

/**
 * A member's own keys; what is missing is made, as by `ensureMaterial`.
 * @throws MaterialError when the description has no such organisation, or what is there is damaged
 */
export async function ensureOwnMaterial(
  consortium: Consortium,
  home: string,
  name: string,
  now = new Date(),
): Promise<OwnMaterial> {
  const described = organizationOf(consortium, name);
  const folder = cryptoFolder(home);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeAbandoned(folder);
  const { organization, orderers } = await ensureOrganization(described, folder, now, true);
  const card: MemberCard = {
    ...{ name, mspId: organization.mspId, caPem: organization.caPem, tlsCaPem: organization.tlsCaPem },
    orderers: orderers.map((orderer) => ({
      name: orderer.name,
      certPem: orderer.identity.certPem,
      tlsCertPem: orderer.tls.certPem,
    })),
  };
  return { organization, orderers, card };
}

/**
 * As `ensureOwnMaterial`, with what is known of the others.
 * @throws MaterialError also when one has not handed over yet
 */
export async function ensureMemberMaterial(
  consortium: Consortium,
  home: string,
  name: string,
  now = new Date(),
): Promise<MemberMaterial> {
  const own = await ensureOwnMaterial(consortium, home, name, now);
  const cards = new Map(consortium.organizations.map((one) => [one.name, one.name === name ? own.card : undefined]));
  const known = (other: string): MemberCard => {
    const card = cards.get(other) ?? readKnown(consortium, home, other);
    cards.set(other, card);
    return card;
  };
  return {
    ...own,
    known,
    channel: {
      organization: known,
      get ordering() {
        return consortium.organizations
          .filter(({ orderers = [] }) => orderers.length > 0)
          .map((one) => orderingOf(one, known(one.name)));
      },
    },
  };
}

function readKnown(consortium: Consortium, home: string, name: string): MemberCard {
  const card = readCard(home, name);
  const { mspId } = organizationOf(consortium, name);
  if (card.mspId === mspId) return card;
  throw new MaterialError(`${name} has handed over what is of ${card.mspId}, and the description says ${mspId}`);
}

function orderingOf({ name, orderers = [] }: Organization, card: MemberCard): KnownOrdering {
  const { mspId, caPem, tlsCaPem } = card;
  const nodes = orderers.map((node) => {
    const found = card.orderers.find((one) => one.name === node.name);
    if (found === undefined) {
      throw new MaterialError(
        `what ${name} has handed over (${fingerprintOf(card).slice(0, 16)}…) knows no orderer "${node.name}"`,
      );
    }
    const { host, port } = node;
    return { host, port, identity: { certPem: found.certPem }, tls: { certPem: found.tlsCertPem } };
  });
  return { mspId, caPem, tlsCaPem, nodes };
}

function organizationOf({ organizations }: Consortium, name: string): Organization {
  const found = organizations.find((one) => one.name === name);
  if (found === undefined) throw new MaterialError(`no organisation "${name}" in this consortium`);
  return found;
}
