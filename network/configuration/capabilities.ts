/** The features that every node of a channel must know, and whom each of them lets in by default. */
import * as configuration from '@hyperledger/fabric-protos/lib/common/configuration_pb';
import * as peer from '@hyperledger/fabric-protos/lib/peer/configuration_pb';

/** Fabric 3: https://hyperledger-fabric.readthedocs.io/en/latest/capabilities_concept.html */
export const CAPABILITIES = { channel: 'V3_0', orderer: 'V2_0', application: 'V2_5' } as const;

/** One capability as its configuration value. */
export function capabilities(name: string): configuration.Capabilities {
  const message = new configuration.Capabilities();
  message.getCapabilitiesMap().set(name, new configuration.Capability());
  return message;
}

const WRITERS = '/Channel/Application/Writers';
const READERS = '/Channel/Application/Readers';

/** Fabric's own defaults, spelled out as its sample configuration does, so that a member sees them and can change one. */
const ACLS: Readonly<Record<string, string>> = {
  '_lifecycle/CheckCommitReadiness': WRITERS,
  '_lifecycle/CommitChaincodeDefinition': WRITERS,
  '_lifecycle/QueryChaincodeDefinition': WRITERS,
  '_lifecycle/QueryChaincodeDefinitions': WRITERS,
  'qscc/GetChainInfo': READERS,
  'qscc/GetBlockByNumber': READERS,
  'qscc/GetBlockByHash': READERS,
  'qscc/GetTransactionByID': READERS,
  'qscc/GetBlockByTxID': READERS,
  'cscc/GetConfigBlock': READERS,
  'cscc/GetChannelConfig': READERS,
  'peer/Propose': WRITERS,
  'peer/ChaincodeToChaincode': WRITERS,
  'event/Block': READERS,
  'event/FilteredBlock': READERS,
};

/** Which policy each function of a peer asks for. */
export function accessControl(): peer.ACLs {
  const message = new peer.ACLs();
  for (const [resource, policy] of Object.entries(ACLS)) {
    const resourcePolicy = new peer.APIResource();
    resourcePolicy.setPolicyRef(policy);
    message.getAclsMap().set(resource, resourcePolicy);
  }
  return message;
}
