/** `asset history` */
import type { HistoryEntry } from '@onepledge/chaincode/model';
import type { CommandSpec } from '../cli/command';
import { historyText } from './view';

export const history: CommandSpec = {
  verb: 'history',
  summary: 'every change of an asset, oldest first',
  details:
    'For the holder, claimants, auditors and the regulator. With --json also who signed each change, and `whole`: whether it begins with the first one.',
  arguments: [{ name: 'id', summary: "the asset's id" }],
  examples: [
    'rcv_0123456789abcdefghjkmnpqrs --as platform',
    'rcv_0123456789abcdefghjkmnpqrs --as platform --role auditor --json',
  ],
  async run({ api, output }, input) {
    const answer = (await api().get(`/v1/assets/${encodeURIComponent(input.argument(0))}/history`)) as History;
    output.show(answer, () => historyText(answer.items));
    if (!answer.whole) {
      output.note(
        "not whole: this member's peer has no history from before the snapshot that it began with; ask as another member",
      );
    }
    if (answer.leftOut === true) output.note('not all of the many proposals that nobody accepted are told of');
  },
};

type History = Readonly<{ items: readonly HistoryEntry[]; whole: boolean; leftOut?: true }>;
