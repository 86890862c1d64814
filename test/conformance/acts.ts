/** What clients do, for the tables: evaluate, endorse, submit, several in one block, one after the other, listen. */
import { status as grpcStatus } from '@grpc/grpc-js';
import { common } from '@hyperledger/fabric-protos';
import {
  type ChaincodeEvent,
  type CloseableAsyncIterable,
  type Contract,
  EndorseError,
  GatewayError,
  type Network,
  type Proposal,
  type ProposalOptions,
  StatusCode,
  type SubmittedTransaction,
  type Transaction,
} from '@hyperledger/fabric-gateway';
import { type Act, type Observed, type Stage } from './behaviour';
import { type Actor, type World } from './world';

/** A function and its arguments; `$` in a text stands for the behaviour's own prefix. */
export type Call = readonly [name: string, ...args: readonly (string | Uint8Array)[]];

export interface CallOptions {
  /** Who calls, at its own organisation's peer; org1 when left out. */
  readonly as?: Actor;
  /** Which of its organisation's peers; the first when left out. */
  readonly peer?: number;
  /** alpha when left out. */
  readonly channel?: string;
  /** basic when left out. */
  readonly chaincode?: string;
  readonly transient?: Readonly<Record<string, string | Uint8Array>>;
  /** MSP ids of those who are to endorse; the Gateway chooses when left out. */
  readonly endorsers?: readonly string[];
}

/** Asks one peer and changes nothing. */
export function evaluate(call: Call, options: CallOptions = {}): Act {
  return (world) =>
    observing(world, 'evaluate', async () => {
      const result = await (await propose(world, call, options)).evaluate();
      return { status: 'OK', result: world.hide(utf8(result)) };
    });
}

/** Gets endorsements and submits nothing; shows the chaincode's answer. */
export function endorse(call: Call, options: CallOptions = {}): Act {
  return (world) =>
    observing(world, 'endorse', async () => {
      const transaction = await (await propose(world, call, options)).endorse();
      return { status: 'OK', result: world.hide(utf8(transaction.getResult())) };
    });
}

/** Endorses, submits and waits for the validation code; shows the chaincode's answer too. */
export function submit(call: Call, options: CallOptions = {}): Act {
  return async (world) => {
    const sent = await send(world, call, options);
    return 'status' in sent ? sent : committed(world, sent, options);
  };
}

/**
 * Endorses all first, each on what was there before, then submits them in their order; the try counts only when they come to stand in one block.
 * Shows each one's outcome.
 */
export function inOneBlock(...calls: readonly (readonly [Call, CallOptions?])[]): Act {
  return async (world) => {
    const endorsed: Transaction[] = [];
    for (const [call, options] of calls) endorsed.push(await (await propose(world, call, options ?? {})).endorse());
    const submitted: SubmittedTransaction[] = [];
    for (const transaction of endorsed) submitted.push(await transaction.submit());
    const last = submitted.at(-1);
    const [, { as = 'org1', channel = 'alpha' } = {}] = calls.at(-1) ?? [];
    if (last !== undefined) await world.everywhere(last, as, channel);
    const blocks = new Set<bigint>();
    const each: Observed[] = [];
    for (const transaction of submitted) {
      const { code, blockNumber } = await transaction.getStatus();
      blocks.add(blockNumber);
      each.push({ status: 'OK', validation: validationName(code), result: world.hide(utf8(transaction.getResult())) });
    }
    if (blocks.size > 1) throw new TryAgain('the transactions came into different blocks');
    return { status: 'OK', each };
  };
}

/** The try says nothing about the network: it is made again, with another prefix. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
}

/** One after the other, whatever becomes of each. */
export function inOrder(...acts: readonly Act[]): Act {
  return async (world) => {
    const each: Observed[] = [];
    for (const act of acts) each.push(await act(world));
    return { status: 'OK', each };
  };
}

/**
 * The chaincode events of one chaincode that acts cause, live.
 * @param count how many there will be; waits for no more
 */
export function listening(count: number, options: CallOptions, ...acts: readonly Act[]): Act {
  return (world) =>
    observing(world, 'chaincodeEvents', async () => {
      const { network } = await contractOf(world, options);
      const stream = await network.getChaincodeEvents(options.chaincode ?? 'basic');
      try {
        const taken = take(stream, count, (event) => concerns(world, event));
        // It may fail while an act is still under way; it is waited for afterwards.
        taken.catch(() => undefined);
        for (const act of acts) requireSuccess(await act(world));
        return { status: 'OK', events: (await taken).map((event) => shownEvent(world, event)) };
      } finally {
        stream.close();
      }
    });
}

/** Shows any value as a result. */
export function shows(world: World, value: unknown): Observed {
  return { status: 'OK', result: world.hide(JSON.stringify(value)) };
}

/** @throws Error when the act did not do what it was to do */
export function requireSuccess(observed: Observed): void {
  const outcomes = observed.each ?? [observed];
  const failed = outcomes.find(({ status, validation }) => status !== 'OK' || (validation ?? 'VALID') !== 'VALID');
  if (failed !== undefined) throw new Error(`what was to be there before failed: ${JSON.stringify(failed)}`);
}

/** Does something with the client; a GatewayError becomes what was observed. */
export async function observing(world: World, stage: Stage, act: () => Promise<Observed>): Promise<Observed> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof GatewayError) return failure(world, stage, error);
    throw error;
  }
}

/** What a client's contract object is, for behaviours that need more than these acts. */
export async function contractOf(
  world: World,
  options: CallOptions,
): Promise<{ readonly network: Network; readonly contract: Contract }> {
  const { gateway } = await world.client(options.as ?? 'org1', undefined, options.peer);
  const network = gateway.getNetwork(options.channel ?? 'alpha');
  return { network, contract: network.getContract(world.fill(options.chaincode ?? 'basic')) };
}

/** How many blocks the peer of an organisation has. */
export async function heightOf(network: Network): Promise<number> {
  const chain = await network.getContract('qscc').evaluate('GetChainInfo', { arguments: [network.getName()] });
  return common.BlockchainInfo.deserializeBinary(chain).getHeight();
}

/** The proposal of a call. */
export async function propose(world: World, [name, ...args]: Call, options: CallOptions): Promise<Proposal> {
  const { contract } = await contractOf(world, options);
  const filled = (value: string | Uint8Array): string | Uint8Array =>
    typeof value === 'string' ? world.fill(value) : value;
  const { transient, endorsers } = options;
  const proposal: ProposalOptions = {
    arguments: args.map(filled),
    ...(transient === undefined
      ? {}
      : { transientData: Object.fromEntries(Object.entries(transient).map(([key, value]) => [key, filled(value)])) }),
    ...(endorsers === undefined ? {} : { endorsingOrganizations: [...endorsers] }),
  };
  return contract.newProposal(name, proposal);
}

const VALIDATION_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(StatusCode).map(([name, code]) => [code, name]),
);

/** Name of a `TxValidationCode`. */
export function validationName(code: number): string {
  return VALIDATION_NAMES.get(code) ?? String(code);
}

/** The next events that are wanted. @throws Error when they do not come in time */
export async function take(
  stream: CloseableAsyncIterable<ChaincodeEvent>,
  count: number,
  wanted: (event: ChaincodeEvent) => boolean,
): Promise<readonly ChaincodeEvent[]> {
  const found: ChaincodeEvent[] = [];
  if (count === 0) return found;
  for await (const event of stream) {
    if (!wanted(event)) continue;
    found.push(event);
    if (found.length === count) break;
  }
  return found;
}

/** Whether an event is of this behaviour: its name or its payload holds the prefix. */
export function concerns(world: World, { eventName, payload }: ChaincodeEvent): boolean {
  return world.hide(eventName) !== eventName || world.hide(utf8(payload)) !== utf8(payload);
}

/** An event as it is compared. */
export function shownEvent(
  world: World,
  { chaincodeName, eventName, payload }: ChaincodeEvent,
): NonNullable<Observed['events']>[number] {
  return { chaincode: chaincodeName, name: world.hide(eventName), payload: world.hide(utf8(payload)) };
}

async function send(world: World, call: Call, options: CallOptions): Promise<Observed | SubmittedTransaction> {
  try {
    return await (await (await propose(world, call, options)).endorse()).submit();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return failure(world, error instanceof EndorseError ? 'endorse' : 'submit', error);
  }
}

function committed(world: World, transaction: SubmittedTransaction, options: CallOptions): Promise<Observed> {
  return observing(world, 'commitStatus', async () => {
    const { code } = await transaction.getStatus();
    await world.everywhere(transaction, options.as ?? 'org1', options.channel ?? 'alpha');
    return { status: 'OK', validation: validationName(code), result: world.hide(utf8(transaction.getResult())) };
  });
}

function failure(world: World, stage: Stage, error: GatewayError): Observed {
  const details = error.details
    .map(({ mspId, message }) => ({ mspId, message: world.hide(message) }))
    .sort((a, b) => (a.mspId < b.mspId ? -1 : 1));
  const status = grpcStatus[error.code] ?? String(error.code);
  return { status, stage, message: world.hide(error.cause.details), details };
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
