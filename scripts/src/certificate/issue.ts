/** `certificate issue` */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KeyPair, Role } from '@onepledge/network';
import type { CommandSpec } from '../cli/command';
import { UsageError } from '../cli/errors';
import type { Input } from '../cli/input';
import { consortiumFile, explained } from '../operator/session';

const ROLES: readonly Role[] = ['client', 'peer', 'admin', 'orderer'];

export const issue: CommandSpec = {
  verb: 'issue',
  summary: 'a certificate of an organisation’s development CA',
  details:
    'An identity with a role and attributes for the chaincode, or with --tls one for connections. Asked for again, the same one is given. Production members use a CA of their own.',
  options: [
    { flags: '--name <name>', summary: 'common name, such as a person or a host', required: true },
    { flags: '--kind <role>', summary: "the identity's role", choices: ROLES, default: 'client' },
    { flags: '--attributes <pairs>', summary: 'name=value,… for the chaincode, such as party=91440300MA5FPLATX7' },
    { flags: '--tls', summary: 'a TLS certificate for server and client use instead of an identity' },
    { flags: '--hosts <names>', summary: 'with --tls: host names and addresses, with commas between' },
    { flags: '--out <folder>', summary: 'write cert.pem and key.pem there; left out, both are printed' },
  ],
  examples: [
    '--as bank-a --name "Zhang Wei" --attributes role=auditor --out zhang/',
    '--as bank-a --name admin2 --kind admin --out admin2/',
    '--as bank-a --name gateway.bank-a.example --tls --hosts gateway.bank-a.example,10.0.0.7 --out tls/',
  ],
  async run({ home, output, acting: { member } }, input) {
    if (member === undefined) throw new UsageError('--as names the organisation');
    await explained(async () => {
      const { enrol } = await import('@onepledge/network');
      const name = input.text('name');
      let pair: KeyPair;
      if (input.has('tls')) pair = await tlsPair(home, member, name, listOf(input.optional('hosts')));
      else {
        const attributes = attributesOf(input);
        const { certificatePem, privateKeyPem } = await enrol(home, member, { name, role: roleOf(input), attributes });
        pair = { certPem: certificatePem, keyPem: privateKeyPem };
      }
      const out = input.optional('out');
      if (out === undefined) {
        const { certPem, keyPem } = pair;
        output.show({ certificate: certPem, key: keyPem }, () => `${certPem}${keyPem}`.trimEnd());
        return;
      }
      const folder = resolve(out);
      const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(certificate, pair.certPem, { mode: 0o644 });
      writeFileSync(key, pair.keyPem, { mode: 0o600 });
      output.show({ certificate, key }, () => `${certificate}\n${key}`);
    });
  },
};

async function tlsPair(home: string, member: string, name: string, hosts: readonly string[]): Promise<KeyPair> {
  const { issueServiceTls, loadConsortium } = await import('@onepledge/network');
  return issueServiceTls(loadConsortium(consortiumFile()), home, member, { name, hosts });
}

function roleOf(input: Input): Role {
  const role = ROLES.find((one) => one === input.text('kind'));
  if (role === undefined) throw new UsageError(`--kind is one of ${ROLES.join(', ')}`);
  return role;
}

function attributesOf(input: Input): Readonly<Record<string, string>> {
  return Object.fromEntries(
    listOf(input.optional('attributes')).map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--attributes: "${pair}" is not name=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').filter((part) => part !== '');
}
