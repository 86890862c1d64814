/** The ledger through @hyperledger/fabric-gateway. Every call has a deadline; errors leave as ours. */
import { GatewayError, type Proposal as FabricProposal, type Transaction } from '@hyperledger/fabric-gateway';
import {
  type CommandBatchResult,
  CONTRACT_FUNCTIONS,
  type QueryBatchResult,
  type QueryInput,
  type QueryResult,
  type ReceivableView,
} from '@onepledge/chaincode/model';
import { type Principal, principalKey } from '../auth/principal';
import { ProblemError } from '../problem';
import { statusBeforeSnapshot } from './before-snapshot';
import { comesTo, commitRequest, within } from './catch-up';
import { commitStatusOf } from './commit-status';
import {
  EndorsementRefused,
  IdentityRefused,
  isConnectionFailure,
  isDeadline,
  isRefusedByOrderers,
  isRefusedIdentity,
  isSilence,
  LedgerUnavailable,
  translateProposalError,
} from './errors';
import { refusalOf, refusedIdentity } from './identity-refusal';
import type { CommitStatus, EndorsedTransaction, LedgerReader, LedgerWriter, Proposal } from './port';
import type { LedgerSessions, Session } from './sessions';

/** Deadlines of the calls, in milliseconds. */
export type LedgerTimeouts = Readonly<{ evaluate: number; endorse: number; submit: number; commit: number }>;

/** How long another identity of the member waits for a transaction whose signer is refused. */
const WITNESS_MS = 1_000;

/** Assets that one evaluation is asked about. */
const MAX_QUERIES = 200;

/** Which other identities of a member are asked in the place of one that is refused. */
const WITNESSES: readonly Principal['role'][] = ['member', 'auditor', 'admin'];

export class FabricLedger implements LedgerWriter, LedgerReader {
  readonly #sessions: LedgerSessions;
  readonly #timeouts: LedgerTimeouts;

  constructor(sessions: LedgerSessions, timeouts: LedgerTimeouts) {
    this.#sessions = sessions;
    this.#timeouts = timeouts;
  }

  async propose(principal: Principal, commands: readonly string[]): Promise<Proposal> {
    const session = await this.#sessions.of(principal);
    const proposal = session.contract.newProposal(CONTRACT_FUNCTIONS.execute, {
      arguments: [`{"commands":[${commands.join(',')}]}`],
    });
    return { transactionId: proposal.getTransactionId(), endorse: () => this.#endorse(principal, session, proposal) };
  }

  async restore(principal: Principal, bytes: Uint8Array): Promise<EndorsedTransaction> {
    const session = await this.#sessions.of(principal);
    return this.#endorsed(principal, session, session.gateway.newTransaction(bytes));
  }

  async commitStatus(principal: Principal, transactionId: string, deadline: number): Promise<CommitStatus | undefined> {
    const session = await this.#sessions.of(principal);
    try {
      const status = await this.#askCommit(principal, session, transactionId, deadline);
      if (status !== undefined || this.#sessions.horizon === undefined) return status;
      const { member } = principal;
      const earlier = await statusBeforeSnapshot(session, transactionId, this.#sessions.othersThan(member));
      if (earlier !== undefined) this.#sessions.remember({ transactionId, block: BigInt(earlier.block) });
      return earlier;
    } catch (error) {
      if (isRefusedIdentity(error)) return this.#witnessed(principal, session, transactionId, error);
      this.#noteFailure(error, principal, session);
      throw new LedgerUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /** @returns undefined when the peer does not know within the deadline. @throws GatewayError */
  async #askCommit(
    { member }: Principal,
    session: Session,
    transactionId: string,
    deadline: number,
  ): Promise<CommitStatus | undefined> {
    const commit = session.gateway.newCommit(commitRequest(session, transactionId));
    try {
      const { code, blockNumber } = await commit.getStatus(within(deadline));
      this.#sessions.horizon?.note(member, transactionId, blockNumber);
      return commitStatusOf(code, blockNumber);
    } catch (error) {
      if (isDeadline(error)) return undefined;
      throw error;
    }
  }

  /**
   * A transaction whose signer the peer does not let in any more, as another identity of the member sees it at the same peer.
   * @throws IdentityRefused when that peer has no such transaction, LedgerUnavailable when no other identity can ask
   */
  async #witnessed(
    principal: Principal,
    session: Session,
    transactionId: string,
    refusal: unknown,
  ): Promise<CommitStatus> {
    this.#noteFailure(refusal, principal, session);
    for (const role of WITNESSES) {
      const witness: Principal = { member: principal.member, role };
      if (principalKey(witness) === principalKey(principal)) continue;
      let status: CommitStatus | undefined;
      try {
        const other = await this.#sessions.of(witness);
        if (other.turn !== session.turn) break;
        status = await this.#askCommit(witness, other, transactionId, WITNESS_MS);
      } catch (error) {
        // There is no such identity, or it is refused as well.
        if (error instanceof ProblemError || isRefusedIdentity(error)) continue;
        break;
      }
      if (status === undefined) throw refusedIdentity(principal, session.identity, refusal);
      return status;
    }
    throw new LedgerUnavailable('nobody can tell what became of a transaction', { cause: refusal });
  }

  evaluate(principal: Principal, queries: readonly QueryInput[]): Promise<readonly QueryResult[]> {
    return this.#read(principal, async ({ contract }) => {
      const proposal = contract.newProposal(CONTRACT_FUNCTIONS.evaluate, {
        arguments: [JSON.stringify({ queries })],
      });
      const answer = readJson(await proposal.evaluate(within(this.#timeouts.evaluate))) as QueryBatchResult;
      if (answer.results.length !== queries.length) throw new Error('the contract answered another number of queries');
      return answer.results;
    });
  }

  async claimants(principal: Principal, assets: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, readonly string[]>();
    for (let from = 0; from < assets.length; from += MAX_QUERIES) {
      const part = assets.slice(from, from + MAX_QUERIES);
      const answers = await this.evaluate(
        principal,
        part.map((id) => ({ type: 'receivable.get', id })),
      );
      for (const [index, id] of part.entries()) {
        const answer = answers[index];
        if (answer?.ok !== true) continue;
        const { claims } = answer.value as ReceivableView;
        found.set(id, [...new Set(claims.map(({ pledgee }) => pledgee.member))].sort());
      }
    }
    return found;
  }

  peerOf(member: string): number {
    return this.#sessions.peerOf(member);
  }

  /**
   * One evaluation of the system chaincode that answers for blocks, as the peer has them, however far it has come.
   * @throws ProblemError LEDGER_UNAVAILABLE or INTERNAL_ERROR.
   */
  queryBlocks(principal: Principal, name: string, ...args: readonly string[]): Promise<Uint8Array> {
    return this.#ask(principal, async ({ blocks, channel }) => {
      const proposal = blocks.newProposal(name, { arguments: [channel, ...args] });
      return proposal.evaluate(within(this.#timeouts.evaluate));
    });
  }

  /** One evaluation by a peer that has what other members were told of here. @throws ProblemError */
  #read<T>(principal: Principal, evaluation: (session: Session) => Promise<T>): Promise<T> {
    return this.#ask(principal, async (session) => {
      await this.#caughtUp(principal, session);
      return evaluation(session);
    });
  }

  /** One evaluation; once more where the identity was refused, as it may have got a new certificate. @throws ProblemError */
  async #ask<T>(principal: Principal, evaluation: (session: Session) => Promise<T>, again = true): Promise<T> {
    let session: Session | undefined;
    try {
      session = await this.#sessions.of(principal);
      return await evaluation(session);
    } catch (error) {
      if (!again || !isRefusedIdentity(error)) throw this.#readProblem(principal, session, error);
      this.#noteFailure(error, principal, session);
      return this.#ask(principal, evaluation, false);
    }
  }

  async #endorse(principal: Principal, session: Session, proposal: FabricProposal): Promise<EndorsedTransaction> {
    try {
      await this.#caughtUp(principal, session);
      const transaction = await proposal.endorse(within(this.#timeouts.endorse));
      const signature = session.identity.sign(transaction.getDigest());
      return this.#endorsed(
        principal,
        session,
        session.gateway.newSignedTransaction(transaction.getBytes(), signature),
      );
    } catch (error) {
      this.#noteFailure(error, principal, session);
      const translated = translateProposalError(error);
      if (!(translated instanceof IdentityRefused)) throw translated;
      throw refusedIdentity(principal, session.identity, error);
    }
  }

  #endorsed(principal: Principal, session: Session, transaction: Transaction): EndorsedTransaction {
    const bytes = transaction.getBytes();
    return {
      transactionId: transaction.getTransactionId(),
      bytes,
      answer: readJson(transaction.getResult()) as CommandBatchResult,
      submit: async () => {
        let now = session;
        try {
          // The network may have moved since: then the session that endorsed has only a closed connection.
          now = await this.#sessions.of(principal);
          const same = now === session ? transaction : now.gateway.newTransaction(bytes);
          await same.submit(within(this.#timeouts.submit));
        } catch (error) {
          this.#noteFailure(error, principal, now);
          if (!isRefusedByOrderers(error)) throw error;
          throw refusedIdentity(principal, now.identity, error);
        }
      },
    };
  }

  /** Waits until the member's peer has what other members were told of here. @throws GatewayError when it is too far behind */
  async #caughtUp({ member }: Principal, session: Session): Promise<void> {
    const horizon = this.#sessions.horizon;
    const due = horizon?.due(member);
    if (due !== undefined && (await comesTo(session, due))) horizon?.note(member, due.transactionId, due.block);
  }

  #noteFailure(error: unknown, principal: Principal, session: Session | undefined): void {
    const refused = isRefusedIdentity(error);
    if (refused) this.#sessions.forget(principal);
    else if (session !== undefined && isSilence(error)) this.#sessions.failOver(principal.member, session);
    // A signer whom nobody knows may be of an earlier network.
    if (!refused && !isConnectionFailure(error)) return;
    try {
      this.#sessions.renew();
    } catch (cause) {
      if (!(cause instanceof LedgerUnavailable)) throw cause;
    }
  }

  #readProblem(principal: Principal, session: Session | undefined, error: unknown): ProblemError {
    if (error instanceof ProblemError) return error;
    if (!(error instanceof GatewayError) && !(error instanceof LedgerUnavailable)) {
      return new ProblemError(
        { code: 'INTERNAL_ERROR', detail: 'the ledger gave an answer that cannot be read' },
        { cause: error },
      );
    }
    this.#noteFailure(error, principal, session);
    const translated = translateProposalError(error);
    if (translated instanceof EndorsementRefused && translated.reason === 'CONTRACT') {
      return new ProblemError(
        { code: 'INTERNAL_ERROR', detail: 'the ledger could not answer the query' },
        { cause: error },
      );
    }
    if (translated instanceof IdentityRefused && session !== undefined) {
      return new ProblemError(
        { code: 'FORBIDDEN', detail: refusalOf(principal, session.identity) },
        { cause: translated },
      );
    }
    return new ProblemError({ code: 'LEDGER_UNAVAILABLE', detail: 'the ledger cannot be reached' }, { cause: error });
  }
}

function readJson(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
}
