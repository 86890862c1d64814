/** `chaincode status` */
import type { CommandSpec } from '../cli/command';
import { fields, table } from '../cli/table';
import { administer } from '../operator/session';
import { membersOf, PLACE_OPTIONS } from './options';

export const status: CommandSpec = {
  verb: 'status',
  summary: 'what is in force on the channel, who approved it, and what each peer has installed',
  options: PLACE_OPTIONS,
  examples: ['', '--json', '--as bank-a'],
  async run({ output, ...context }, input) {
    await administer({ output, ...context }, async (all) => {
      const { placeOf, summaryOf } = await import('@onepledge/network/administration');
      const place = placeOf(all.consortium, input.optional('channel'), input.optional('chaincode'));
      const { administration } = membersOf(all, place);
      const [first] = administration.organizations;
      const found = await first.administrator.committed(place.channel.name, place.chaincode.name);
      const installed = await Promise.all(
        administration.organizations.map(async ({ name, mspId, administrator }) => ({
          ...{ organization: name, mspId, approved: found?.approvals.get(mspId) ?? false },
          packages: await administrator.installed(),
        })),
      );
      const committed = found === undefined ? null : summaryOf(found.definition);
      output.show({ channel: place.channel.name, committed, organizations: installed }, () =>
        [
          committed === null
            ? `${place.chaincode.name} is not defined on ${place.channel.name}`
            : fields([
                ['channel', place.channel.name],
                ['chaincode', `${committed.name} ${committed.version}`],
                ['sequence', String(committed.sequence)],
                ['policy', committed.endorsementPolicy],
                ['collections', committed.collections.join(', ') || 'none'],
              ]),
          '',
          table(
            ['ORGANISATION', 'APPROVED', 'INSTALLED', 'USED BY'],
            installed.flatMap(({ organization, approved, packages }) =>
              packages.map(({ label, id, usedBy }) => [
                organization,
                approved ? 'yes' : 'no',
                `${label}:${id.slice(id.indexOf(':') + 1, id.indexOf(':') + 13)}`,
                usedBy.join(', '),
              ]),
            ),
          ),
        ].join('\n'),
      );
    });
  },
};
