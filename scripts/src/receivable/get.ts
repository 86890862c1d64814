/** `receivable get` */
import type { ReceivableView } from '@onepledge/chaincode/model';
import type { CommandSpec } from '../cli/command';
import { receivableText } from './view';

export const get: CommandSpec = {
  verb: 'get',
  summary: 'a receivable as it stands',
  arguments: [{ name: 'id', summary: "the receivable's id" }],
  examples: ['rcv_0123456789abcdefghjkmnpqrs --as platform'],
  async run({ api, output }, input) {
    const view = (await api().get(`/v1/receivables/${encodeURIComponent(input.argument(0))}`)) as ReceivableView;
    output.show(view, () => receivableText(view));
  },
};
