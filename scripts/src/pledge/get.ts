/** `pledge get` */
import type { PledgeView } from '@onepledge/chaincode/model';
import type { CommandSpec } from '../cli/command';
import { pledgeText } from './view';

export const get: CommandSpec = {
  verb: 'get',
  summary: 'a pledge as it stands',
  arguments: [{ name: 'id', summary: "the pledge's id" }],
  examples: ['rcv_0123456789abcdefghjkmnpqrs.0123456789abc --as bank-a'],
  async run({ api, output }, input) {
    const view = (await api().get(`/v1/pledges/${encodeURIComponent(input.argument(0))}`)) as PledgeView;
    output.show(view, () => pledgeText(view));
  },
};
