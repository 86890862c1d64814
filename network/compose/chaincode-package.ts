/** What the peers have installed of the chaincodes in containers: where an organisation's own one listens, with mutual TLS. */
import { join } from 'node:path';
import { type ChaincodePackage, packageChaincode } from '../fabric/chaincode-package';
import { type KeyPair } from '../identity/authority';
import { MaterialError } from '../identity/errors';
import { readAuthorityFile } from '../identity/key-file';
import { cryptoFolder } from '../identity/material';
import { ensureTls, type FolderOwner } from '../identity/organization-folder';
import { type Layout, PORTS } from './layout';

type Chaincode = Layout['chaincodes'][number];

/** Certificates of a chaincode and of the peer that calls it; made once, renewed before they expire: then the package is another. */
export async function chaincodeTls(
  { placement }: Layout,
  home: string,
  { service, organization }: Chaincode,
): Promise<{ readonly server: KeyPair; readonly client: KeyPair; readonly caPem: string }> {
  const described = placement.consortium.organizations.find(({ name }) => name === organization);
  const ca = await readAuthorityFile(join(cryptoFolder(home), organization, 'tlsca.pem'));
  if (described === undefined || ca === undefined) throw new MaterialError(`the TLS CA of ${organization} is missing`);
  const owner: FolderOwner = { ...described, role: 'peer', nodes: [] };
  const now = new Date();
  const file = (name: string, hosts: readonly string[]): Promise<KeyPair> =>
    ensureTls(owner, { file: name, name, hosts }, cryptoFolder(home), now);
  const [server, client] = [await file('chaincode', [service]), await file('chaincode-client', [])];
  return { server, client, caPem: ca.certPem };
}

/** The package of an organisation. */
export async function chaincodePackageOf(
  layout: Layout,
  home: string,
  chaincode: Chaincode,
): Promise<ChaincodePackage> {
  const { client, caPem } = await chaincodeTls(layout, home, chaincode);
  const { name, version, service } = chaincode;
  return packageChaincode(name, version, `${service}:${PORTS.chaincode}`, { caPem, client });
}
