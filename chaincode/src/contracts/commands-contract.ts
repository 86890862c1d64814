/** The contract that writes: `commands:execute`. */
import { Contract, type Context as FabricContext } from 'fabric-contract-api';
import { CommandBatchSchema } from '../model/command';
import { CHAINCODE_EVENT_NAME } from '../model/event';
import type { CommandBatchResult, CommandResult } from '../model/protocol';
import { refuse, type DomainError } from '../model/result';
import { validate } from '../model/validation';
import { calledChaincode, ownEndorsementPolicy } from '../ledger/chaincode-definition';
import { UnitOfWork } from '../ledger/unit-of-work';
import { execute } from './execute';
import { certifiedIdentity, clockProblem, parseArgument, transactionTime } from './transaction';
import { dependencies } from './dependencies';

export class CommandsContract extends Contract {
  constructor() {
    super('commands');
  }

  /**
   * Carries out a list of commands of the identity that signed the proposal.
   * @param args one JSON text: `{"commands": Command[]}`.
   * @returns JSON of CommandBatchResult. The transaction fails only where the list itself cannot be read.
   */
  async execute(ctx: FabricContext, ...args: readonly string[]): Promise<string> {
    const batch = validate(CommandBatchSchema, parseArgument(args));
    if (!batch.ok) throw new Error(`${batch.error.code}: ${batch.error.detail}`);
    const { tokens, access, name, founders } = dependencies();
    const at = transactionTime(ctx.stub);
    const problem = strangeCall(calledChaincode(ctx.stub), name) ?? clockProblem(at, Date.now());
    if (problem !== undefined) return JSON.stringify(refuseAll(batch.value.commands, problem));

    const work = new UnitOfWork(access(ctx.stub));
    const scope = { work, tokens, founders, identity: certifiedIdentity(ctx) };
    const results = await execute(batch.value.commands, scope, at);
    const accepted = results.filter(({ ok }) => ok).length;
    if (accepted > 0) {
      await work.flush(() => ownEndorsementPolicy(ctx.stub, name));
      ctx.stub.setEvent(CHAINCODE_EVENT_NAME, Buffer.from(JSON.stringify({ events: work.events })));
    }
    return JSON.stringify({ accepted, results } satisfies CommandBatchResult);
  }
}

/** Whoever signs a call of another chaincode has not signed what that asks of this one. never-twice 8. */
function strangeCall(called: string, name: string): DomainError | undefined {
  if (called === name) return undefined;
  return refuse('FORBIDDEN', `the signer has called ${called}, and not ${name}: commands are taken from nobody else`)
    .error;
}

function refuseAll(commands: readonly unknown[], problem: DomainError): CommandBatchResult {
  return { accepted: 0, results: commands.map((): CommandResult => ({ id: '', ok: false, problem })) };
}
