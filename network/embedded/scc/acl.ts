/** Who may call which function of a system chaincode: by Fabric's access control list and the channel's configuration. */
import { type Identity } from '../../identity/types';
import { IdentityError } from '../../identity/errors';
import { type Channel, defaultPolicy, denialOf } from '../channel';
import { type Peer } from '../peer';
import { type SystemCall } from './system-chaincode';

/** By the roles of the peer's own organisation: what is about the peer itself, not about a channel. */
type LocalAccess = 'Admins' | 'Members';

/** core/aclmgmt's defaults, by resource. */
const LOCAL_ACCESS: ReadonlyMap<string, LocalAccess> = new Map<string, LocalAccess>([
  ['_lifecycle/InstallChaincode', 'Admins'],
  ['_lifecycle/QueryInstalledChaincode', 'Admins'],
  ['_lifecycle/GetInstalledChaincodePackage', 'Admins'],
  ['_lifecycle/QueryInstalledChaincodes', 'Admins'],
  ['_lifecycle/ApproveChaincodeDefinitionForMyOrg', 'Admins'],
  ['_lifecycle/QueryApprovedChaincodeDefinition', 'Admins'],
  ['_lifecycle/QueryApprovedChaincodeDefinitions', 'Admins'],
  ['cscc/JoinChain', 'Admins'],
  ['cscc/JoinChainBySnapshot', 'Admins'],
  ['cscc/JoinBySnapshotStatus', 'Admins'],
  ['cscc/GetChannels', 'Members'],
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
  const { creator } = proposal.signatureHeader;
  const local = LOCAL_ACCESS.get(resource);
  if (local !== undefined) return localDenial(local, peer, creator);
  if (channel === undefined) {
    const policy = defaultPolicy(resource)?.split('/').at(-1);
    return policy === undefined ? `Unmapped policy for ${resource}` : localDenial(policy, peer, creator);
  }
  return denialOf(channel, resource, channel.msps.find(creator, new Date()));
}

/** @param access a role, or the name of a policy that asks for no role */
function localDenial(access: string, peer: Peer, creator: Buffer): string | undefined {
  const check = `channelless check policy with policy [${access}]`;
  const identity = localIdentity(peer, creator);
  if (typeof identity === 'string') return `Failed deserializing proposal creator during ${check}: [${identity}]`;
  const reason = roleDenial(access, identity);
  return reason === undefined
    ? undefined
    : `Failed verifying that proposal's creator satisfies local MSP principal during ${check}: [${reason}]`;
}

/** Why who has signed other data than a proposal does not have the role in the peer's own organisation; undefined: it has. */
export function signedDataDenial(
  access: LocalAccess,
  peer: Peer,
  { creator, data, signature }: { readonly creator: Buffer; readonly data: Buffer; readonly signature: Buffer },
): string | undefined {
  const check = `channelless check policy with policy [${access}]`;
  const identity = localIdentity(peer, creator);
  if (typeof identity === 'string') return `failed deserializing signed data identity during ${check}: [${identity}]`;
  const reason = roleDenial(access, identity);
  if (reason !== undefined) {
    return `failed verifying that the signed data identity satisfies local MSP principal during ${check}: [${reason}]`;
  }
  return identity.verify(data, signature) ? undefined : 'The signature is invalid';
}

/** The identity by the peer's own MSP, or why it is none. */
function localIdentity(peer: Peer, creator: Buffer): Identity | string {
  try {
    return peer.localMsp.identify(creator, new Date());
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    return error.reason === 'UNKNOWN_MSP' && error.mspId !== undefined
      ? `expected MSP ID ${peer.mspId}, received ${error.mspId}`
      : error.message;
  }
}

function roleDenial(access: string, identity: Identity): string | undefined {
  if (access !== 'Admins' || identity.role === 'admin') return undefined;
  return (
    `The identity is not an admin under this MSP [${identity.mspId}]: ` +
    `The identity does not contain OU [ADMIN], MSP: [${identity.mspId}]`
  );
}
