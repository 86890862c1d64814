/** `party get` */
import type { PartyRecordView } from '@onepledge/chaincode/model';
import type { CommandSpec } from '../cli/command';
import { partyText } from './view';

export const get: CommandSpec = {
  verb: 'get',
  summary: 'a party and where it is at home',
  arguments: [{ name: 'uscc', summary: "the party's code" }],
  examples: ['91350100M000100Y43 --as platform'],
  async run({ api, output }, input) {
    const view = (await api().get(`/v1/parties/${encodeURIComponent(input.argument(0))}`)) as PartyRecordView;
    output.show(view, () => partyText(view));
  },
};
