/**
 * A channel's configuration, for the embedded network and for real Fabric: made from the consortium's description, read from
 * blocks, described, compared, and changed.
 *
 * A change is made in four steps: `configurationOf` a block; `changed` by one or more changes; `computeUpdate` of both;
 * `signUpdate` by those whose policies ask for it, and `updateTransaction` for an orderer's Broadcast.
 */
export { type ChannelMaterial, configurationBlock, type OrderingMaterial, sharedConfigurationBlock } from './genesis';
export { type Consenter, type Consensus } from './consensus';
export { type BatchSettings } from './batch';
export { type MspMaterial } from './msp';
export { type HostPort, type MemberDefinition, type OrderingDefinition } from './organization';
export { ConfigurationError } from './errors';
export { type ChannelConfiguration, configurationOf, lastConfigurationBlock } from './read';
export { changed, computeUpdate, type ConfigurationChange } from './update';
export {
  addOrderingOrganization,
  addOrganization,
  removeOrderingOrganization,
  removeOrganization,
  setAnchorPeers,
  setCertificateAuthorities,
  setRevocationList,
} from './change-organizations';
export {
  addOrderer,
  moveOrderer,
  removeOrderer,
  replaceOrdererCertificates,
  setOrdererEndpoints,
} from './change-orderers';
export { setAccess, setBatch, setPolicy } from './change-settings';
export { readUpdateTransaction, seekTransaction, signUpdate, unsignedUpdate, updateTransaction } from './transaction';
export {
  type CertificateDescription,
  type ConfigurationDescription,
  type ConsenterDescription,
  describe,
  type MemberDescription,
  type MspDescription,
  type OrderingOrganizationDescription,
} from './describe';
export { diff, movedOrderers, type OrdererMove } from './diff';
