/** What a member's own CA issues for its home, below a root; the CAs' keys stay away. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Authority, createAuthority, issueEnrolment, issueTls, type KeyPair, type Role } from '@onepledge/network';

/** Fills `crypto/<member>` for a member with a peer and no orderers. */
export async function ownCertificates(home: string, member: string): Promise<void> {
  const now = new Date();
  const domain = `${member}.example`;
  const put = (file: string, text: string): void => {
    const path = join(home, 'crypto', member, file);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
  };
  const pair = (file: string, { certPem, keyPem }: KeyPair): void => {
    put(file, certPem + keyPem);
  };
  const authority = async (name: string): Promise<Authority> => {
    const root = await createAuthority(`${name}-root.${domain}`, member, now, { pathLength: 1 });
    const below = await createAuthority(`${name}.${domain}`, member, now, { above: root });
    put(`${name}.pem`, below.pair.certPem + root.pair.certPem);
    return below;
  };
  const [ca, tlsCa] = [await authority('ca'), await authority('tlsca')];
  const identity = async (file: string, commonName: string, role: Role, attributes = {}): Promise<void> => {
    pair(file, await issueEnrolment(ca, { commonName, organization: member, role, attributes }, now));
  };
  const tls = async (file: string, host: string): Promise<void> => {
    const names = { dns: [host, domain, 'localhost'], ip: ['127.0.0.1'] };
    pair(file, await issueTls(tlsCa, { commonName: host, organization: member, names }, now));
  };
  await identity('admin.pem', `admin@${domain}`, 'admin');
  await identity('peer.pem', `peer0.${domain}`, 'peer');
  await tls('peer-tls.pem', `peer0.${domain}`);
  await tls('chaincode-tls.pem', `chaincode.${domain}`);
  await tls('chaincode-client-tls.pem', `chaincode-client.${domain}`);
  for (const role of ['member', 'auditor']) {
    await identity(`users/${member}-${role}/${role}.pem`, `${member}-${role}`, 'client', { role });
  }
}
