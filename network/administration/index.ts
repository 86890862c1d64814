/** What operators do with a running network of either engine: chaincodes, channels, members, certificates. */
export {
  type AdministeredOrganization,
  type Administration,
  administratorOf,
  openAdministration,
} from './administration';
export {
  approveInForce,
  type ChaincodePlace,
  committedDefinition,
  type DefinitionSummary,
  memberIds,
  nextDefinition,
  placeOf,
  summaryOf,
  untilEverywhere,
} from './chaincodes';
export {
  changesSince,
  configurationBlock,
  planUpdate,
  type PlannedUpdate,
  readConfiguration,
  signAll,
  submitUpdate,
} from './configurations';
export { differencesFromDescription } from './description';
export { AdministrationError, OrderingRefusal, refusalOf } from './errors';
export {
  type ChaincodeVersion,
  isFabric,
  isServed,
  makePackages,
  type OrganizationPackage,
  serveCommitted,
} from './packages';
export { type ChaincodeDefinition } from '../fabric/chaincode-definition';
export { joinChannel } from './channel-setup';
export { consenterOf, memberDefinition } from './nodes';
