/** The consortium, its identities, and how to reach its network; the embedded network has its own entry. */
export {
  type ChannelSpec,
  type Consortium,
  ConsortiumError,
  type ConsortiumIssue,
  loadConsortium,
  type NodeAddress,
  type OrdererOrganization,
  type Organization,
  type OrganizationKind,
  parseConsortium,
  registrarsOf,
} from './consortium';
export * from './identity';
export {
  type Connection,
  ConnectionError,
  type ConnectionErrorReason,
  connectionFile,
  readConnection,
  removeConnection,
  writeConnection,
} from './connection';
