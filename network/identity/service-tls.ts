/** TLS certificates of an organisation's development CA for what is no node: gateways, proxies, monitoring. */
import { type Consortium } from '../consortium';
import { type KeyPair } from './authority';
import { MaterialError } from './errors';
import { cryptoFolder } from './material';
import { ensureTls } from './organization-folder';

/**
 * The certificate, made once and renewed when it expires or no longer fits.
 * @param service `name` is its common name; `hosts` are those that it answers to, besides its own
 * @throws MaterialError when the organisation is not one of the consortium, or the name cannot be a file's
 */
export async function issueServiceTls(
  consortium: Consortium,
  home: string,
  organizationName: string,
  service: { readonly name: string; readonly hosts: readonly string[] },
  now = new Date(),
): Promise<KeyPair> {
  const { name, hosts } = service;
  const all = [...consortium.organizations, consortium.orderer];
  const organization = all.find((one) => one.name === organizationName);
  if (organization === undefined) throw new MaterialError(`no organisation "${organizationName}" in this consortium`);
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/.test(name)) {
    throw new MaterialError(`"${name}" is no host's name: letters, digits, dots and hyphens`);
  }
  const owner = { ...organization, role: 'peer' as const, nodes: [] };
  return ensureTls(owner, { file: `service-${name}`, name, hosts: [...hosts, name] }, cryptoFolder(home), now);
}
