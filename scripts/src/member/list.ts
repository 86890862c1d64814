/** `member list` */
import type { Member } from '@onepledge/chaincode/model';
import type { CommandSpec } from '../cli/command';
import { table } from '../cli/table';

type Members = Readonly<{ items: readonly Member[] }>;

export const list: CommandSpec = {
  verb: 'list',
  summary: 'the members of the consortium',
  examples: ['--as platform'],
  async run({ api, output }, _input) {
    const members = (await api().get('/v1/members')) as Members;
    output.show(members, () =>
      table(
        ['MEMBER', 'MSP', 'KINDS', 'CODE', 'NAME'],
        members.items.map((member) => [
          member.name,
          member.mspId,
          member.kinds.join(', '),
          member.uscc,
          member.displayName,
        ]),
      ),
    );
  },
};
