/** `member import` */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { table } from '../cli/table';
import { explained } from '../operator/session';

export const importCards: CommandSpec = {
  verb: 'import',
  summary: 'take the certificates that other members have handed over',
  details:
    'The files of `member export`. Compare the fingerprints with what their members say of them by another way: whoever changes a file on its way would be that member. ' +
    'In force they are by the channel’s first block, or by an update of its configuration, not by this.',
  arguments: [{ name: 'files', summary: 'what the others have handed over', variadic: true }],
  examples: ['bank-b.json factor-a.json platform.json'],
  async run({ home, output }, input) {
    await explained(async () => {
      const network = await import('@onepledge/network');
      const own = network.ownMember(home);
      if (own === undefined) {
        throw new UserError(`${home} is no member's home yet: give "onepledge member export" first`, {
          code: 'NOT_POSSIBLE',
        });
      }
      const cards = input.rest(0).map((file) => network.parseCard(readFileSync(resolve(file), 'utf8'), file));
      // One's own file may be among them.
      const others = cards.filter(({ name }) => name !== own);
      for (const card of others) network.keepCard(home, card);
      const rows = others.map((card) => ({
        ...{ member: card.name, mspId: card.mspId, orderers: card.orderers.map(({ name }) => name) },
        fingerprint: network.fingerprintOf(card),
      }));
      output.show({ members: rows }, () =>
        table(
          ['MEMBER', 'MSP', 'ORDERERS', 'FINGERPRINT'],
          rows.map((row) => [row.member, row.mspId, row.orderers.join(', '), row.fingerprint]),
        ),
      );
    });
  },
};
