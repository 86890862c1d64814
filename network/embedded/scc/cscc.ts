/** The system chaincode that tells of the peer's channels and their configuration. */
import { type Channel } from '../channel';
import { decodeBlock, encodeBlock, headerHash } from '../wire/block';
import { decodeChannelHeader, decodeEnvelope, decodePayload } from '../wire/common';
import { type Response } from '../wire/proposal';
import { NO_BYTES, WireError, Writer } from '../wire/protobuf';
import { denial } from './acl';
import { failure, success, type SystemCall, type SystemChaincode } from './system-chaincode';

export const cscc: SystemChaincode = { name: 'cscc', simulates: false, invoke };

const WITHOUT_ARGUMENT = new Set(['GetChannels', 'JoinBySnapshotStatus']);

function invoke(call: SystemCall): Response {
  const { args, proposal } = call;
  const [name] = args;
  const functionName = name?.toString('utf8') ?? '';
  if (name === undefined || (args.length < 2 && !WITHOUT_ARGUMENT.has(functionName))) {
    return failure(`Incorrect number of arguments, ${args.length}`);
  }
  if (proposal.chaincodeName !== cscc.name) {
    return failure(
      `Rejecting invoke of CSCC from another chaincode, original invocation for '${proposal.chaincodeName}'`,
    );
  }
  switch (functionName) {
    case 'GetChannels':
      return denied(call, functionName, `[${functionName}]`) ?? channels(call);
    case 'GetConfigBlock':
    case 'GetChannelConfig':
      return configuration(call, functionName, args[1]?.toString('utf8') ?? '');
    case 'JoinChain':
      return joinChain(call, args[1] ?? NO_BYTES);
    case 'JoinChainBySnapshot':
    case 'JoinBySnapshotStatus':
      return (
        denied(call, functionName, `[${functionName}]`) ??
        failure(`${functionName}: the channels of this network are those of the consortium's description`)
      );
    default:
      return failure(`Requested function ${functionName} not found.`);
  }
}

/** The refusal, if the creator may not call the function; `what` is how Fabric names the call. */
function denied(call: SystemCall, functionName: string, what: string, channel?: Channel): Response | undefined {
  const reason = denial(`cscc/${functionName}`, call, channel);
  return reason === undefined ? undefined : failure(`access denied for ${what}: ${reason}`);
}

/** A ChannelQueryResponse. */
function channels({ peer }: SystemCall): Response {
  const writer = new Writer(256);
  for (const name of peer.channels.keys()) writer.message(1, new Writer(name.length + 8).string(1, name).finish());
  return success(writer.finish());
}

function configuration(call: SystemCall, functionName: 'GetConfigBlock' | 'GetChannelConfig', name: string): Response {
  if (functionName === 'GetChannelConfig' && name === '') return failure('empty channel name provided');
  const channel = call.peer.channels.get(name)?.channel;
  if (channel === undefined) {
    return failure(`access denied for [${functionName}][${name}]: Failed to get policy manager for channel [${name}]`);
  }
  const refusal = denied(call, functionName, `[${functionName}][${name}]`, channel);
  if (refusal !== undefined) return refusal;
  if (functionName === 'GetChannelConfig') return success(channel.bundle.bytes);
  const block = channel.ledger.block(channel.configBlock);
  return block === undefined ? failure(`no configuration block of channel ${name}`) : success(encodeBlock(block));
}

/** Joins the peer to a channel of this network by the channel's first block; its ledger is there already. */
function joinChain(call: SystemCall, bytes: Buffer): Response {
  const { peer } = call;
  if (bytes.length === 0) return failure('Cannot join the channel <nil> configuration block provided');
  let name: string;
  let hash: Buffer;
  try {
    const block = decodeBlock(bytes);
    hash = headerHash(block.header);
    const [envelope = NO_BYTES] = block.data;
    const { header } = decodePayload(decodeEnvelope(envelope).payload);
    name = header === undefined ? '' : decodeChannelHeader(header.channelHeader).channelId;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return failure(`"JoinChain" request failed to extract channel id from the block due to [${error.message}]`);
  }
  const reason = denial('cscc/JoinChain', call, undefined);
  if (reason !== undefined) return failure(`access denied for [JoinChain][${name}]: [${reason}]`);
  if (peer.channels.has(name)) {
    return failure(`cannot create ledger from genesis block: ledger [${name}] already exists with state [ACTIVE]`);
  }
  const running = peer.network.get(name);
  const first = running?.channel.ledger.block(0);
  if (running === undefined || first === undefined || !headerHash(first.header).equals(hash)) {
    return failure(`this network has no channel ${name} that begins with the block`);
  }
  running.join(peer);
  return success(NO_BYTES);
}
