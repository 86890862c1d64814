/** A node's renewed certificate: put where the node reads it, and the node started again. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HeldCertificate } from '../identity/certificate-store';
import { readCertificateFile } from '../identity/key-file';
import { cryptoFolder } from '../identity/material';
import { keyFile, nodePaths } from './node-folder';
import { type NodeState, readNodeStates } from './node-states';
import { askHealth } from './operations';

/** The node that a certificate belongs to, by its folder's name; undefined for clients, administrators and chaincodes. */
export function nodeOf(
  home: string,
  { organization, file }: Pick<HeldCertificate, 'organization' | 'file'>,
): string | undefined {
  const key = basename(file, '.pem').replace(/-tls$/, '');
  const name = key.replace(/^peer(?=\.|$)/, organization);
  const isOwn = file === `${organization}/${basename(file)}`;
  return isOwn && existsSync(nodePaths(join(home, 'fabric', name)).tlsCertificate) ? name : undefined;
}

/** Whether a node is an orderer: the channel's configuration names its keys. */
export function isOrderer(home: string, node: string): boolean {
  return existsSync(join(home, 'fabric', node, 'orderer.yaml'));
}

/** Writes the certificate and its key to the node's folder. */
export async function refreshNode(home: string, node: string, { file, use }: HeldCertificate): Promise<void> {
  const pair = await readCertificateFile(join(cryptoFolder(home), file));
  if (pair === undefined) return;
  const paths = nodePaths(join(home, 'fabric', node));
  const [certificate, key] =
    use === 'tls' ? [paths.tlsCertificate, paths.tlsKey] : [join(paths.msp, 'signcerts', 'cert.pem'), keyFile(paths)];
  await writeFile(certificate, pair.certPem, { mode: 0o600 });
  if (pair.keyPem !== undefined) await writeFile(key, pair.keyPem, { mode: 0o600 });
}

const HEALTHY_WITHIN_MS = 60_000;

/**
 * Ends a node; who runs the network starts it again. Resolves when it is healthy.
 * @throws Error when it does not run, or is not healthy within a minute
 */
export async function restartNode(home: string, node: string): Promise<void> {
  const state = (): NodeState | undefined => readNodeStates(home)?.nodes.find(({ name }) => name === node);
  const before = state();
  if (before?.pid === undefined) throw new Error(`${node} does not run`);
  process.kill(before.pid, 'SIGTERM');
  const deadline = Date.now() + HEALTHY_WITHIN_MS;
  let why = '';
  while (Date.now() < deadline) {
    await sleep(200);
    const now = state();
    if (now?.pid === undefined || now.pid === before.pid) continue;
    const health = await askHealth(now);
    if (health.healthy) return;
    why = health.why;
  }
  throw new Error(`${node} is not healthy again within a minute: ${why}`);
}
