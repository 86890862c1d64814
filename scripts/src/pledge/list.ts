/** `pledge list` */
import type { PledgeView } from '@onepledge/chaincode/model';
import { type CommandSpec, LIST_OPTIONS } from '../cli/command';
import { showList } from '../cli/list';
import { moneyLabel } from '../receivable/view';

export const list: CommandSpec = {
  verb: 'list',
  summary: 'pledges that you may see',
  options: [
    { flags: '--asset <id>', summary: 'on an asset' },
    { flags: '--pledgee <member>', summary: 'that secure a member' },
    { flags: '--pledgor <uscc>', summary: 'given by' },
    {
      flags: '--status <status>',
      summary: 'in a state',
      choices: ['PROPOSED', 'ACTIVE', 'RELEASED', 'SATISFIED', 'WITHDRAWN', 'LAPSED'],
    },
    ...LIST_OPTIONS,
  ],
  examples: ['--pledgee bank-a --status ACTIVE --as bank-a'],
  async run(context, input) {
    const query = {
      asset: input.optional('asset'),
      pledgee: input.optional('pledgee'),
      pledgor: input.optional('pledgor'),
      status: input.optional('status'),
    };
    const headings = ['ID', 'STATUS', 'PLEDGEE', 'PLEDGOR', 'COVERS', 'SECURES', 'RANK', 'MATURITY'];
    await showList(context, input, '/v1/pledges', query, headings, (item) => pledgeRow(item as PledgeView));
  },
};

function pledgeRow(item: PledgeView): readonly string[] {
  return [
    item.id,
    item.status,
    item.pledgee.member,
    item.pledgor.uscc,
    moneyLabel(item.covers),
    moneyLabel(item.secures),
    item.rank?.toString() ?? '',
    item.maturity,
  ];
}
