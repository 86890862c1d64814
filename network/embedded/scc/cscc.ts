/** The system chaincode that tells of the peer's channels and their configuration. */
import { type Channel } from '../channel';
import { encodeBlock } from '../wire/block';
import { decodeEnvelope, decodePayload } from '../wire/common';
import { type Response } from '../wire/proposal';
import { bytesField, NO_BYTES, Reader, Writer } from '../wire/protobuf';
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
  const channel = call.peer.channels.get(name);
  if (channel === undefined) {
    return failure(`access denied for [${functionName}][${name}]: Failed to get policy manager for channel [${name}]`);
  }
  const refusal = denied(call, functionName, `[${functionName}][${name}]`, channel);
  if (refusal !== undefined) return refusal;
  // Configuration transactions are not taken, so that the first block's configuration is the current one.
  const block = channel.ledger.block(0);
  const [envelope] = block?.data ?? [];
  if (block === undefined || envelope === undefined) return failure(`no configuration block of channel ${name}`);
  return success(functionName === 'GetConfigBlock' ? encodeBlock(block) : configOf(envelope));
}

/** The Config of a ConfigEnvelope. */
function configOf(envelope: Buffer): Buffer {
  const reader = new Reader(decodePayload(decodeEnvelope(envelope).payload).data);
  for (let key = reader.next(); key !== 0; key = reader.next()) {
    if (key === bytesField(1)) return reader.bytes();
    reader.skip(key);
  }
  return NO_BYTES;
}
