/** Who may call which function of a system chaincode: the defaults of Fabric's access control list. */
import { type Identity } from '../../identity/types';
import { IdentityError } from '../../identity/errors';
import { accessDenied, type Channel, isReader, isWriter } from '../channel';
import { type Peer } from '../peer';
import { type SystemCall } from './system-chaincode';

/** By the channel's policies, or by the roles of the peer's own organisation. */
type Access = 'Readers' | 'Writers' | 'Admins' | 'Members';

/** core/aclmgmt's defaults, by resource. */
const ACCESS: ReadonlyMap<string, Access> = new Map<string, Access>([
  ['_lifecycle/InstallChaincode', 'Admins'],
  ['_lifecycle/QueryInstalledChaincode', 'Admins'],
  ['_lifecycle/GetInstalledChaincodePackage', 'Admins'],
  ['_lifecycle/QueryInstalledChaincodes', 'Admins'],
  ['_lifecycle/ApproveChaincodeDefinitionForMyOrg', 'Admins'],
  ['_lifecycle/QueryApprovedChaincodeDefinition', 'Admins'],
  ['_lifecycle/QueryApprovedChaincodeDefinitions', 'Admins'],
  ['_lifecycle/CommitChaincodeDefinition', 'Writers'],
  ['_lifecycle/QueryChaincodeDefinition', 'Writers'],
  ['_lifecycle/QueryChaincodeDefinitions', 'Writers'],
  ['_lifecycle/CheckCommitReadiness', 'Writers'],
  ['qscc/GetChainInfo', 'Readers'],
  ['qscc/GetBlockByNumber', 'Readers'],
  ['qscc/GetBlockByHash', 'Readers'],
  ['qscc/GetTransactionByID', 'Readers'],
  ['qscc/GetBlockByTxID', 'Readers'],
  ['cscc/JoinChain', 'Admins'],
  ['cscc/JoinChainBySnapshot', 'Admins'],
  ['cscc/JoinBySnapshotStatus', 'Admins'],
  ['cscc/GetChannels', 'Members'],
  ['cscc/GetConfigBlock', 'Readers'],
  ['cscc/GetChannelConfig', 'Readers'],
]);

/**
 * Whether the proposal's creator may use the resource (`qscc/GetChainInfo`).
 * @param channel whose policy decides, where the resource is a channel's
 * @returns undefined when it may, else the reason.
 */
export function denial(
  resource: string,
  { proposal, peer }: SystemCall,
  channel: Channel | undefined,
): string | undefined {
  const access = ACCESS.get(resource);
  if (access === undefined) return `Unmapped policy for ${resource}`;
  const { creator } = proposal.signatureHeader;
  const local = access === 'Admins' || access === 'Members';
  if (local || channel === undefined) return localDenial(access, peer, creator);
  if (satisfies(access, channel, creator)) return undefined;
  return accessDenied(access);
}

function satisfies(access: Access, channel: Channel, creator: Buffer): boolean {
  try {
    const identity = channel.msps.identify(creator, new Date());
    return access === 'Readers' ? isReader(channel, identity) : isWriter(channel, identity);
  } catch (error) {
    if (error instanceof IdentityError) return false;
    throw error;
  }
}

function localDenial(access: Access, peer: Peer, creator: Buffer): string | undefined {
  const check = `channelless check policy with policy [${access}]`;
  let identity: Identity;
  try {
    identity = peer.localMsp.identify(creator, new Date());
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    const reason =
      error.reason === 'UNKNOWN_MSP' && error.mspId !== undefined
        ? `expected MSP ID ${peer.mspId}, received ${error.mspId}`
        : error.message;
    return `Failed deserializing proposal creator during ${check}: [${reason}]`;
  }
  if (access !== 'Admins' || identity.role === 'admin') return undefined;
  return (
    `Failed verifying that proposal's creator satisfies local MSP principal during ${check}: ` +
    `[The identity is not an admin under this MSP [${identity.mspId}]: ` +
    `The identity does not contain OU [ADMIN], MSP: [${identity.mspId}]]`
  );
}
