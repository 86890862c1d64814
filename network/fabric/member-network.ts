/** One member's part of a network that runs on several machines: its own orderers and its peer, joined to the channels. */
import { type Connection } from '../connection';
import { type Consortium } from '../consortium';
import { Administrator } from './administrator';
import { ownPackages } from './chaincode-service';
import { approveInForce, joinOwn } from './channels';
import { memberConnectionOf } from './deploy';
import { memberNodes } from './node-plan';
import { type Nodes } from './nodes';
import { prepareMember, type PreparedMember } from './prepare';
import { type Part, type RunningOptions } from './running-network';
import { Patience } from './wait';

export interface MemberOptions extends RunningOptions {
  /** Whose part. */
  readonly member: string;
}

/** For what a member's nodes do by themselves, without the others'. */
const JOINED_WITHIN_MS = 60_000;
/** For an approval, which the others' orderers have to order. */
const APPROVED_WITHIN_MS = 120_000;

/** A member's nodes as what runs here; the other members' need not be there yet. */
export function memberNetwork(options: MemberOptions): Part<PreparedMember> {
  return {
    prepare: (consortium, running) => prepareMember({ ...options, consortium, running }),
    upWithinMs: JOINED_WITHIN_MS,
    bringUp: (prepared, nodes, patience) => bringUp(options, prepared, nodes, patience),
  };
}

async function bringUp(
  options: MemberOptions,
  { programs, placement, material }: PreparedMember,
  nodes: Nodes,
  patience: Patience,
): Promise<Connection> {
  const { home, logger, member } = options;
  const { consortium } = placement;
  await nodes.follow(memberNodes(placement, material));
  logger.info({ nodes: nodes.all.length, version: programs.version }, 'nodes started');
  const [peer] = consortium.organizations.find(({ name }) => name === member)?.peers ?? [];
  const { admin, tlsCaPem } = material.organization;
  const administrator = new Administrator(admin, `${peer?.host ?? ''}:${peer?.port ?? 0}`, tlsCaPem);
  try {
    await joinOwn(home, placement, material, administrator, patience);
    logger.info('channels joined');
  } catch (error) {
    administrator.close();
    throw error;
  }
  void approve(options, consortium, administrator);
  return memberConnectionOf(consortium, material, process.pid);
}

/** A definition that is in force may name a package that this member's peer has not: it is new, or a certificate in it is. */
async function approve(
  { home, logger, member }: MemberOptions,
  consortium: Consortium,
  administrator: Administrator,
): Promise<void> {
  try {
    const packageOf = await ownPackages(consortium, home);
    await approveInForce(consortium, member, administrator, packageOf, new Patience(APPROVED_WITHIN_MS));
  } catch (error) {
    logger.error({ err: error }, 'the chaincodes in force are not approved here: "onepledge chaincode approve"');
  } finally {
    administrator.close();
  }
}
