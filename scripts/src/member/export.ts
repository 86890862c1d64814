/** `member export` */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandSpec } from '../cli/command';
import { UsageError } from '../cli/errors';
import { consortiumFile, explained } from '../operator/session';

export const exportCard: CommandSpec = {
  verb: 'export',
  summary: 'make a member’s own keys, and the file of certificates that it hands over',
  details:
    'Where members run their nodes on machines of their own, each gives this first: it makes the home that member’s, with the keys of its CAs, its peer, its orderers and its ' +
    'administrator, and writes their certificates to the file. No key is in it. Read the fingerprint to the others: their `member import` prints it too. Given again, the same keys stay.',
  arguments: [{ name: 'file', summary: 'where the certificates are written' }],
  examples: ['bank-a.json --as bank-a'],
  async run({ home, output, acting }, input) {
    const { member } = acting;
    if (member === undefined) throw new UsageError('--as <member> is missing: whose home this is');
    const file = resolve(input.argument(0));
    await explained(async () => {
      const network = await import('@onepledge/network');
      const consortium = network.loadConsortium(consortiumFile());
      if (consortium.organizations.every(({ name }) => name !== member)) {
        throw new network.MaterialError(`consortium.yaml does not describe an organisation "${member}"`);
      }
      network.keepOwnMember(home, member);
      const { card } = await network.ensureOwnMaterial(consortium, home, member);
      writeFileSync(file, network.formatCard(card));
      const fingerprint = network.fingerprintOf(card);
      output.show({ member, mspId: card.mspId, file, fingerprint }, () =>
        [`${member}: certificates in ${file}, keys in ${home}`, `fingerprint ${fingerprint}`].join('\n'),
      );
    });
  },
};
