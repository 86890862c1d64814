/** The stream of a chaincode's events, block by block: from the past on, then as blocks are committed. */
import { status } from '@grpc/grpc-js';
import { type Ledger } from '../ledger/ledger';
import { validationCodes } from '../wire/block';
import { decodeEnvelope, decodePayload } from '../wire/common';
import { decodeChaincodeEventsRequest, encodeChaincodeEventsResponse, type SignedRequest } from '../wire/gateway';
import { WireError } from '../wire/protobuf';
import {
  type ChaincodeEvent,
  decodeChaincodeAction,
  decodeChaincodeActionPayload,
  decodeChaincodeEvent,
  decodeProposalResponsePayload,
  decodeTransaction,
} from '../wire/transaction';
import { GatewayError } from './errors';
import { type Gateway } from './gateway';
import { type RunningChannel } from '../peer';

/** Sends one response; resolves when more may be sent. */
export type Send = (response: Buffer) => Promise<void>;

/**
 * Sends each block's matching events until the signal.
 * @throws GatewayError when the request is not one, or not of a reader of the channel.
 */
export async function chaincodeEvents(
  gateway: Gateway,
  signed: SignedRequest,
  send: Send,
  signal: AbortSignal,
): Promise<void> {
  const request = decodeRequest(signed);
  const running = gateway.reader(request.channelId, request.identity, signed, 'gateway/ChaincodeEvents');
  const { ledger } = running.channel;
  const after = request.afterTransactionId === '' ? undefined : ledger.transaction(request.afterTransactionId);
  if (after === undefined && request.start === undefined) {
    throw new GatewayError(status.INVALID_ARGUMENT, 'events start from a block or from the next commit');
  }
  let next = after?.block ?? (request.start?.kind === 'block' ? request.start.number : ledger.height);
  // Of the block that holds the transaction, events up to and with that transaction's are not wanted again. As in Fabric,
  // an unknown transaction is waited for: nothing is sent before it has been seen.
  let waitingFor = request.afterTransactionId === '' ? undefined : request.afterTransactionId;
  while (!signal.aborted) {
    await running.committer.whenHigherThan(next, signal);
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- changes during the wait
    if (signal.aborted) return;
    const matching: ChaincodeEvent[] = [];
    for (const event of eventsOf(running, next)) {
      if (waitingFor !== undefined) {
        if (event.txId === waitingFor) waitingFor = undefined;
      } else if (event.chaincodeId === request.chaincodeId) matching.push(event);
    }
    if (matching.length > 0) await send(encodeChaincodeEventsResponse(matching, next));
    next += 1;
  }
}

function decodeRequest(signed: SignedRequest): ReturnType<typeof decodeChaincodeEventsRequest> {
  if (signed.request.length === 0) {
    throw new GatewayError(status.INVALID_ARGUMENT, 'a chaincode events request is required');
  }
  try {
    return decodeChaincodeEventsRequest(signed.request);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new GatewayError(status.INVALID_ARGUMENT, `invalid chaincode events request: ${error.message}`);
  }
}

function eventsOf({ channel, committer }: RunningChannel, block: number): readonly ChaincodeEvent[] {
  return committer.recent(block)?.events ?? storedEvents(channel.ledger, block);
}

/** The events of a block's valid transactions, read from the ledger. */
function storedEvents(ledger: Ledger, number: number): readonly ChaincodeEvent[] {
  const block = ledger.block(number);
  if (block === undefined || number === 0) return [];
  const codes = validationCodes(block);
  return block.data.flatMap((envelope, tx) => (codes[tx] === 0 ? eventOf(envelope) : []));
}

function eventOf(envelopeBytes: Buffer): readonly ChaincodeEvent[] {
  const [action] = decodeTransaction(decodePayload(decodeEnvelope(envelopeBytes).payload).data);
  const endorsed = action === undefined ? undefined : decodeChaincodeActionPayload(action.payload).action;
  if (endorsed === undefined) return [];
  const result = decodeChaincodeAction(decodeProposalResponsePayload(endorsed.proposalResponsePayload).extension);
  return result.events.length === 0 ? [] : [decodeChaincodeEvent(result.events)];
}
