/** A node's folder: its local MSP and TLS files, as Fabric's programs read them, and its configuration. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readAuthorities } from '../identity/authorities';
import { type KeyPair } from '../identity/authority';
import { type HeldPem } from '../identity/key-file';

/** What a node signs and listens with. */
export interface NodeIdentity {
  readonly mspId: string;
  readonly caPem: string;
  readonly tlsCaPem: string;
  /** Without its key where that is in a token. */
  readonly identity: HeldPem;
  readonly tls: KeyPair;
}

/** Paths that a node's configuration names. */
export interface NodePaths {
  /** FABRIC_CFG_PATH. */
  readonly folder: string;
  readonly msp: string;
  readonly tlsCertificate: string;
  readonly tlsKey: string;
  readonly tlsCa: string;
  /** What the node itself writes: it survives, everything else is made anew at each start. */
  readonly data: string;
}

/** Where the node's things are. */
export function nodePaths(folder: string): NodePaths {
  const tls = join(folder, 'tls');
  return {
    folder,
    msp: join(folder, 'msp'),
    tlsCertificate: join(tls, 'server.crt'),
    tlsKey: join(tls, 'server.key'),
    tlsCa: join(tls, 'ca.crt'),
    data: join(folder, 'data'),
  };
}

/** The private key of a node's identity. */
export function keyFile({ msp }: NodePaths): string {
  return join(msp, 'keystore', 'key_sk');
}

/**
 * Writes the folder.
 * @param name of the configuration file: core.yaml or orderer.yaml
 */
export async function writeNodeFolder(
  paths: NodePaths,
  { caPem, tlsCaPem, identity, tls }: NodeIdentity,
  name: 'core.yaml' | 'orderer.yaml',
  configuration: object,
): Promise<void> {
  const files: readonly (readonly [string, string])[] = [
    ...authorityFiles(paths.msp, '', caPem),
    ...authorityFiles(paths.msp, 'tls', tlsCaPem),
    [join(paths.msp, 'signcerts', 'cert.pem'), identity.certPem],
    ...(identity.keyPem === undefined ? [] : [[keyFile(paths), identity.keyPem] as const]),
    [join(paths.msp, 'config.yaml'), stringify(NODE_OUS)],
    [paths.tlsCertificate, tls.certPem],
    [paths.tlsKey, tls.keyPem],
    [paths.tlsCa, tlsCaPem],
    [join(paths.folder, name), stringify(configuration)],
  ];
  // A key that has gone into a token stays nowhere else.
  if (identity.keyPem === undefined) await rm(keyFile(paths), { force: true });
  await mkdir(paths.data, { recursive: true, mode: 0o700 });
  for (const [file, content] of files) {
    await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
    await writeFile(file, content, { mode: 0o600 });
  }
  await removeOtherAuthorities(paths.msp, new Set(files.map(([file]) => file)));
}

/** A CA that is gone is not trusted any more. */
async function removeOtherAuthorities(msp: string, wanted: ReadonlySet<string>): Promise<void> {
  for (const folder of ['cacerts', 'intermediatecerts', 'tlscacerts', 'tlsintermediatecerts']) {
    const there = existsSync(join(msp, folder)) ? await readdir(join(msp, folder)) : [];
    for (const name of there) {
      const file = join(msp, folder, name);
      if (!wanted.has(file)) await rm(file);
    }
  }
}

/** One certificate a file: of several Fabric reads the first. */
function authorityFiles(msp: string, prefix: '' | 'tls', pem: string): readonly (readonly [string, string])[] {
  const { roots, intermediates } = readAuthorities(pem);
  const files = (folder: string, pems: readonly string[]): (readonly [string, string])[] =>
    pems.map((one, at) => [join(msp, `${prefix}${folder}`, `ca-${at}.pem`), one]);
  return [...files('cacerts', roots), ...files('intermediatecerts', intermediates)];
}

/** Of whichever of the MSP's CAs. */
const unit = (name: string): object => ({ OrganizationalUnitIdentifier: name });

/** A certificate's organisational unit is its role. */
const NODE_OUS = {
  NodeOUs: {
    Enable: true,
    ClientOUIdentifier: unit('client'),
    PeerOUIdentifier: unit('peer'),
    AdminOUIdentifier: unit('admin'),
    OrdererOUIdentifier: unit('orderer'),
  },
};
