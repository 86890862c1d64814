/** The packages of a chaincode version: what each organisation installs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Consortium } from '../consortium';
import { type ChaincodePackage, packageChaincode } from '../fabric/chaincode-package';
import { ensureChaincodeServices } from '../fabric/chaincode-service';
import { servedChaincodes, serveOnly, serveToo } from '../fabric/served-chaincodes';
import { AdministrationError } from './errors';

/** A version of a chaincode, for the definition of this sequence. */
export interface ChaincodeVersion {
  readonly name: string;
  readonly version: string;
  readonly sequence: number;
}

/** A package, and where its chaincode is to listen (`host:port`); the embedded network fills that in itself. */
export interface OrganizationPackage extends ChaincodePackage {
  readonly organization: string;
  readonly address?: string;
}

/** Whether the home holds a ledger of real Fabric. */
export function isFabric(home: string): boolean {
  return existsSync(join(home, 'fabric', 'blocks'));
}

/** Whether the home's processes serve the version. */
export function isServed(home: string, consortium: Consortium, { name, version }: ChaincodeVersion): boolean {
  if (!isFabric(home)) return true;
  return servedChaincodes(home, consortium).some((one) => one.name === name && one.version === version);
}

/**
 * Makes the packages. On Fabric each organisation's process of that version is wanted from now on: `network up` starts it.
 * @throws AdministrationError when no organisation runs the chaincode
 */
export async function makePackages(
  home: string,
  consortium: Consortium,
  chaincode: ChaincodeVersion,
): Promise<readonly OrganizationPackage[]> {
  const { name, version, sequence } = chaincode;
  if (!isFabric(home)) {
    const packaged = packageChaincode(name, version, `{{.${name}}}`);
    return consortium.organizations.map((organization) => ({ ...packaged, organization: organization.name }));
  }
  if (!isServed(home, consortium, chaincode)) serveToo(home, consortium, { name, version, sequence });
  const services = await ensureChaincodeServices(consortium, home);
  const theirs = services.filter((one) => one.chaincode === name && one.version === version);
  if (theirs.length === 0) throw new AdministrationError(`no organisation runs chaincode ${name}`);
  return theirs.map(({ organization, address, package: made }) => ({ ...made, organization, address }));
}

/** These versions are what the channels have of the chaincode: the processes of others are not wanted any more. */
export function serveCommitted(home: string, name: string, versions: readonly ChaincodeVersion[]): void {
  if (isFabric(home)) serveOnly(home, name, versions);
}
