/** Proposals and transactions as messages, changed in one place, for what the client's own methods cannot say. */
import { common, gateway, peer } from '@hyperledger/fabric-protos';
import { type Proposal, type Transaction } from '@hyperledger/fabric-gateway';
import { type Act, type Observed } from './behaviour';
import { type Call, type CallOptions, observing, propose, validationName } from './acts';
import { type Client, type World } from './world';

/** A proposal taken apart; what a change does to the parts goes into the bytes that are signed. */
export interface ProposalParts {
  readonly channelHeader: common.ChannelHeader;
  readonly signatureHeader: common.SignatureHeader;
  /** Of the channel header's extension. */
  readonly extension: peer.ChaincodeHeaderExtension;
  readonly payload: peer.ChaincodeProposalPayload;
  readonly invocation: peer.ChaincodeInvocationSpec;
}

/** A transaction taken apart, likewise. */
export interface TransactionParts {
  readonly channelHeader: common.ChannelHeader;
  readonly signatureHeader: common.SignatureHeader;
  readonly transaction: peer.Transaction;
  readonly actionPayload: peer.ChaincodeActionPayload;
  readonly endorsed: peer.ChaincodeEndorsedAction;
  readonly response: peer.ProposalResponsePayload;
  readonly action: peer.ChaincodeAction;
}

export interface RawOptions extends CallOptions {
  /** Gives the signature instead of the client. */
  readonly sign?: (message: Uint8Array, client: Client) => Uint8Array;
}

/** Submits a call that is to run the chaincode's Init. */
export function initialise(call: Call, options: CallOptions = {}): Act {
  return submitProposal(call, ({ invocation }) => invocation.getChaincodeSpec()?.getInput()?.setIsInit(true), options);
}

/** Evaluates a changed proposal. */
export function evaluateProposal(call: Call, change: (parts: ProposalParts) => unknown, options: RawOptions = {}): Act {
  return (world) =>
    observing(world, 'evaluate', async () => {
      const result = await (await changedProposal(world, call, change, options)).evaluate();
      return { status: 'OK', result: shown(world, result) };
    });
}

/** Endorses a changed proposal. */
export function endorseProposal(call: Call, change: (parts: ProposalParts) => unknown, options: RawOptions = {}): Act {
  return (world) =>
    observing(world, 'endorse', async () => {
      const transaction = await (await changedProposal(world, call, change, options)).endorse();
      return { status: 'OK', result: shown(world, transaction.getResult()) };
    });
}

/** Endorses a changed proposal and submits what was endorsed. */
export function submitProposal(call: Call, change: (parts: ProposalParts) => unknown, options: RawOptions = {}): Act {
  return (world) =>
    observing(world, 'endorse', async () => {
      const transaction = await (await changedProposal(world, call, change, options)).endorse();
      return committed(world, transaction);
    });
}

/** Endorses a call, changes the transaction that comes of it, and submits that. */
export function submitTransaction(
  call: Call,
  change: (parts: TransactionParts, client: Client) => unknown,
  options: RawOptions = {},
): Act {
  return async (world) => {
    const client = await world.client(options.as ?? 'org1');
    const endorsed = await (await propose(world, call, options)).endorse();
    const transaction = changedTransaction(client, endorsed, change, options);
    return observing(world, 'submit', () => committed(world, transaction));
  };
}

/** The Transaction of the client, changed and signed anew. */
export function changedTransaction(
  client: Client,
  transaction: Transaction,
  change: (parts: TransactionParts, client: Client) => unknown,
  { sign }: RawOptions = {},
): Transaction {
  const prepared = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes());
  const payload = common.Payload.deserializeBinary(prepared.getEnvelope()?.getPayload_asU8() ?? new Uint8Array());
  const parts = takeApart(payload);
  change(parts, client);
  parts.response.setExtension$(parts.action.serializeBinary());
  parts.endorsed.setProposalResponsePayload(parts.response.serializeBinary());
  parts.actionPayload.setAction(parts.endorsed);
  for (const action of parts.transaction.getActionsList()) action.setPayload(parts.actionPayload.serializeBinary());
  payload.setData(parts.transaction.serializeBinary());
  payload.getHeader()?.setChannelHeader(parts.channelHeader.serializeBinary());
  payload.getHeader()?.setSignatureHeader(parts.signatureHeader.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  prepared.setEnvelope(envelope);
  prepared.setTransactionId(parts.channelHeader.getTxId());
  const bytes = prepared.serializeBinary();
  if (sign === undefined) return client.gateway.newTransaction(bytes);
  return client.gateway.newSignedTransaction(bytes, sign(envelope.getPayload_asU8(), client));
}

async function committed(world: World, transaction: Transaction): Promise<Observed> {
  const { code } = await (await transaction.submit()).getStatus();
  return { status: 'OK', validation: validationName(code), result: shown(world, transaction.getResult()) };
}

function takeApart(payload: common.Payload): TransactionParts {
  const header = payload.getHeader() ?? new common.Header();
  const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
  const [only] = transaction.getActionsList();
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(only?.getPayload_asU8() ?? new Uint8Array());
  const endorsed = actionPayload.getAction() ?? new peer.ChaincodeEndorsedAction();
  const response = peer.ProposalResponsePayload.deserializeBinary(endorsed.getProposalResponsePayload_asU8());
  return {
    channelHeader: common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()),
    signatureHeader: common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()),
    transaction,
    actionPayload,
    endorsed,
    response,
    action: peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()),
  };
}

async function changedProposal(
  world: World,
  call: Call,
  change: (parts: ProposalParts) => unknown,
  options: RawOptions,
): Promise<Proposal> {
  const client = await world.client(options.as ?? 'org1');
  return changed(client, await propose(world, call, options), change, options);
}

function changed(
  client: Client,
  proposal: Proposal,
  change: (parts: ProposalParts) => unknown,
  { sign }: RawOptions,
): Proposal {
  const proposed = gateway.ProposedTransaction.deserializeBinary(proposal.getBytes());
  const message = peer.Proposal.deserializeBinary(proposed.getProposal()?.getProposalBytes_asU8() ?? new Uint8Array());
  const header = common.Header.deserializeBinary(message.getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(message.getPayload_asU8());
  const parts: ProposalParts = {
    channelHeader,
    signatureHeader: common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()),
    extension: peer.ChaincodeHeaderExtension.deserializeBinary(channelHeader.getExtension_asU8()),
    payload,
    invocation: peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8()),
  };
  change(parts);
  channelHeader.setExtension$(parts.extension.serializeBinary());
  payload.setInput(parts.invocation.serializeBinary());
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(parts.signatureHeader.serializeBinary());
  message.setHeader(header.serializeBinary());
  message.setPayload(payload.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(message.serializeBinary());
  proposed.setProposal(signed);
  proposed.setTransactionId(channelHeader.getTxId());
  const bytes = proposed.serializeBinary();
  if (sign === undefined) return client.gateway.newProposal(bytes);
  return client.gateway.newSignedProposal(bytes, sign(signed.getProposalBytes_asU8(), client));
}

function shown(world: World, bytes: Uint8Array): string {
  return world.hide(Buffer.from(bytes).toString('utf8'));
}
