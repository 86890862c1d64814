/** `receivable list` */
import type { ReceivableView } from '@onepledge/chaincode/model';
import { type CommandSpec, LIST_OPTIONS } from '../cli/command';
import { showList } from '../cli/list';
import { moneyLabel } from './view';

export const list: CommandSpec = {
  verb: 'list',
  summary: 'receivables that you may see',
  options: [
    { flags: '--holder <uscc>', summary: 'held by' },
    { flags: '--debtor <uscc>', summary: 'owed by' },
    { flags: '--status <status>', summary: 'in a state', choices: ['REGISTERED', 'DISPUTED', 'SETTLED', 'CANCELLED'] },
    { flags: '--due-before <date>', summary: 'due before a day, YYYY-MM-DD' },
    ...LIST_OPTIONS,
  ],
  examples: ['--as platform', '--holder 91350100M000100Y43 --status REGISTERED --as platform --json'],
  async run(context, input) {
    const query = {
      holder: input.optional('holder'),
      debtor: input.optional('debtor'),
      status: input.optional('status'),
      dueBefore: input.optional('dueBefore'),
    };
    const headings = ['ID', 'STATUS', 'AMOUNT', 'FREE', 'DUE', 'CONFIRMED', 'HOLDER', 'DEBTOR'];
    await showList(context, input, '/v1/receivables', query, headings, (item) => receivableRow(item as ReceivableView));
  },
};

function receivableRow(item: ReceivableView): readonly string[] {
  return [
    item.id,
    item.status,
    moneyLabel(item.amount),
    moneyLabel(item.free),
    item.dueDate,
    item.confirmed ? 'yes' : 'no',
    item.holder.name,
    item.debtor.name,
  ];
}
