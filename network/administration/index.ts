/** What operators do with a running network of either engine: chaincodes, channels, members, certificates. */
export {
  type AdministeredOrganization,
  type Administration,
  administratorOf,
  openAdministration,
} from './administration';
export {
  type ChaincodePlace,
  committedDefinition,
  type DefinitionSummary,
  memberIds,
  nextDefinition,
  placeOf,
  summaryOf,
  untilEverywhere,
} from './chaincodes';
export { AdministrationError, refusalOf } from './errors';
export {
  type ChaincodeVersion,
  dropOtherVersions,
  isFabric,
  isServed,
  makePackages,
  type OrganizationPackage,
} from './packages';
export { type ChaincodeDefinition } from '../fabric/chaincode-definition';
