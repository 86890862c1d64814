/**
 * What became of a transaction that is older than the snapshot with which the member's peer began. That peer knows that there was one of its id, and
 * never says more; handed in again it is a duplicate, for ever. Other peers have its block.
 */
import { GatewayError } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { envelopesOf, transactionIdOf } from './blocks';
import { within } from './catch-up';
import { commitStatusOf } from './commit-status';
import { isBeforeSnapshot } from './errors';
import type { CommitStatus } from './port';
import type { Session } from './sessions';

const ANSWER_MS = 5_000;

/** Another member's peer may say what it likes, so as many must say the same, where there are so many, and none otherwise. */
const ENOUGH = 2;

/**
 * @param others MSP ids of the other members that have peers
 * @returns undefined where the member's own peers did not begin later, and where not enough others tell, or not the same. Never throws.
 */
export async function statusBeforeSnapshot(
  session: Session,
  transactionId: string,
  others: readonly string[],
): Promise<CommitStatus | undefined> {
  const own = await statusAt(session, transactionId, session.identity.mspId);
  if (own !== 'BEFORE') return own;
  const answers = await Promise.all(others.map((mspId) => statusAt(session, transactionId, mspId)));
  const told = answers.filter((answer) => answer !== undefined && answer !== 'BEFORE');
  const [first] = told;
  const agreed = told.every(({ code, block }) => code === first?.code && block === first.block);
  return agreed && told.length >= Math.min(ENOUGH, others.length) ? first : undefined;
}

/** As a member's peer tells; BEFORE where that began with a later snapshot. */
async function statusAt(
  { blocks, channel }: Session,
  transactionId: string,
  mspId: string,
): Promise<CommitStatus | 'BEFORE' | undefined> {
  try {
    const question = { arguments: [channel, transactionId], endorsingOrganizations: [mspId] };
    const bytes = await blocks.newProposal('GetBlockByTxID', question).evaluate(within(ANSWER_MS));
    return statusIn(common.Block.deserializeBinary(bytes), transactionId);
  } catch (error) {
    return error instanceof GatewayError && isBeforeSnapshot(error) ? 'BEFORE' : undefined;
  }
}

/** The first of an id counts: later ones are duplicates. */
function statusIn(block: common.Block, transactionId: string): CommitStatus | undefined {
  const position = envelopesOf(block).findIndex((envelope) => transactionIdOf(envelope) === transactionId);
  const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
  const code = position < 0 ? undefined : codes?.[position];
  const number = block.getHeader()?.getNumber();
  if (code === undefined || number === undefined) return undefined;
  const status = commitStatusOf(code, number);
  return status.code === 'DUPLICATE_TXID' ? undefined : status;
}
