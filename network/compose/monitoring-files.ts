/** What those who watch the network need: certificates to ask the nodes with, and everybody's certificates without the keys. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readKeyFile } from '../identity/key-file';
import { cryptoFolder } from '../identity/material';
import { ensureTls, type FolderOwner } from '../identity/organization-folder';
import { type Layout } from './layout';

/** For each organisation a certificate of its TLS CA: the operations endpoints of its nodes answer nobody else. */
export async function monitoringCertificates({ placement }: Layout, home: string, folder: string): Promise<void> {
  const { organizations, orderer } = placement.consortium;
  const owners: readonly FolderOwner[] = [
    ...organizations.map((organization) => ({ ...organization, role: 'peer' as const, nodes: [] })),
    { ...orderer, role: 'orderer', nodes: [] },
  ];
  for (const owner of owners) {
    const node = { file: 'monitoring', name: 'monitoring', hosts: [] };
    const client = await ensureTls(owner, node, cryptoFolder(home), new Date());
    const ca = await readKeyFile(join(cryptoFolder(home), owner.name, 'tlsca.pem'));
    const target = join(folder, owner.name);
    await mkdir(target, { recursive: true });
    const files = { 'ca.crt': ca?.certPem ?? '', 'client.crt': client.certPem, 'client.key': client.keyPem };
    for (const [file, content] of Object.entries(files)) await writeFile(join(target, file), content, { mode: 0o600 });
  }
}

/** Copies of all certificates, as `<organisation>/<name>.pem`; those of identities that are gone are taken away. */
export async function publicCertificates(home: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(folder)) await rm(join(folder, entry), { recursive: true });
  const organizations = await readdir(cryptoFolder(home), { withFileTypes: true });
  for (const { name: organization } of organizations.filter((entry) => entry.isDirectory())) {
    const source = join(cryptoFolder(home), organization);
    await mkdir(join(folder, organization));
    for (const file of (await readdir(source)).filter((name) => name.endsWith('.pem'))) {
      const pair = await readKeyFile(join(source, file));
      if (pair !== undefined) await writeFile(join(folder, organization, file), pair.certPem);
    }
  }
}
