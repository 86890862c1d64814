/** What a peer must know before it runs a chaincode: the definition in force, and its organisation's approval of it. */
import { ExecutionError } from '../chaincode/context';
import { type ChaincodeStream } from '../chaincode/stream';
import { type ChaincodeDefinition, type Channel } from '../channel';
import { type Peer } from '../peer';
import { LIFECYCLE } from '../scc/lifecycle/definitions';
import { fieldKey, NAMESPACES } from '../scc/lifecycle/serializer';
import { type TxSimulator } from './simulator';

export interface EndorsementInfo {
  readonly definition: ChaincodeDefinition;
  /** To the chaincode of the package that the organisation has approved. */
  readonly chaincode: ChaincodeStream;
}

/** Whether the peer has approved and installed what is defined now, so that it can be asked to run it. */
export function hasChaincode(name: string, channel: Channel, peer: Peer): boolean {
  const view = channel.ledger.acquire();
  try {
    const sequence = channel.chaincodes.get(name, view)?.sequence;
    const approval = sequence === undefined ? undefined : peer.approvals.of(channel.name, name, sequence, view);
    return approval !== undefined && peer.packages.has(approval.packageId);
  } finally {
    view.release();
  }
}

/**
 * The definition as of the simulation's state. It is recorded as read, so that a transaction that was simulated before
 * an upgrade and ordered after it is invalid.
 * @throws ExecutionError when the chaincode is not defined, or not approved or not installed at this peer.
 */
export function endorsementInfo(name: string, channel: Channel, peer: Peer, simulator: TxSimulator): EndorsementInfo {
  simulator.getState(LIFECYCLE, fieldKey(NAMESPACES, name, 'Sequence'));
  const definition = channel.chaincodes.get(name, simulator.view);
  if (definition === undefined) throw new ExecutionError(`chaincode ${name} not found`);
  const { sequence } = definition;
  const approval = peer.approvals.of(channel.name, name, sequence, simulator.view);
  if (approval === undefined) {
    throw new ExecutionError(
      `chaincode definition for '${name}' at sequence ${sequence} on channel '${channel.name}' ` +
        'has not yet been approved by this org',
    );
  }
  const chaincode = peer.packages.stream(approval.packageId);
  if (chaincode === undefined) {
    throw new ExecutionError(`chaincode definition for '${name}' exists, but chaincode is not installed`);
  }
  return { definition, chaincode };
}
