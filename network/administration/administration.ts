/** Administrators at the peers of a running network, of either engine: those whose keys are in the home. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, readConnection } from '../connection';
import { Administrator } from '../fabric/administrator';
import { MaterialError } from '../identity/errors';
import { readCertificateFile } from '../identity/key-file';
import { cryptoFolder } from '../identity/material';
import { createSigner } from '../identity/signer';
import { type Signer } from '../identity/types';

/** An organisation that this home administers. */
export interface AdministeredOrganization {
  /** Short name. */
  readonly name: string;
  readonly mspId: string;
  readonly signer: Signer;
  /** At its first peer. */
  readonly administrator: Administrator;
  /** At each of its other peers, where packages are to be installed too. */
  readonly others: readonly Administrator[];
}

export interface Administration {
  readonly home: string;
  readonly connection: Connection;
  /** At least one. */
  readonly organizations: readonly [AdministeredOrganization, ...AdministeredOrganization[]];
  close(): void;
}

/**
 * Connects the administrators.
 * @param only names of organisations; left out, all whose administrator's key is in the home
 * @throws ConnectionError when no network runs; MaterialError when a key is missing
 */
export async function openAdministration(home: string, only?: readonly string[]): Promise<Administration> {
  const connection = readConnection(home);
  const unknown = only?.find((name) => connection.organizations.every((one) => one.name !== name));
  if (unknown !== undefined) throw new MaterialError(`the network knows no organisation "${unknown}"`);
  const wanted = connection.organizations.filter(
    ({ name }) => only?.includes(name) ?? existsSync(administratorFile(home, name)),
  );
  const organizations: AdministeredOrganization[] = [];
  for (const { name, mspId, peers } of wanted) {
    const signer = await administratorOf(home, name, mspId);
    const [administrator, ...others] = peers.map((peer) => new Administrator(signer, peer.endpoint, peer.tlsCaPem));
    if (administrator === undefined) continue;
    organizations.push({ name, mspId, signer, administrator, others });
  }
  const [first, ...rest] = organizations;
  if (first === undefined) throw new MaterialError(`${home} has no administrator's key of a member`);
  return {
    ...{ home, connection, organizations: [first, ...rest] },
    close: () => {
      for (const { administrator, others } of organizations) for (const one of [administrator, ...others]) one.close();
    },
  };
}

/** An organisation's administrator, who signs for it. @throws MaterialError when the key is not in the home */
export async function administratorOf(home: string, name: string, mspId: string): Promise<Signer> {
  const file = administratorFile(home, name);
  const pair = await readCertificateFile(file);
  if (pair === undefined) throw new MaterialError(`the administrator's key of ${name} is missing: ${file}`);
  return createSigner(mspId, pair.certPem, pair.keyPem ?? '');
}

function administratorFile(home: string, name: string): string {
  return join(cryptoFolder(home), name, 'admin.pem');
}
