/** `party register` */
import type { PartyRecordView } from '@onepledge/chaincode/model';
import { type CommandSpec, WRITE_OPTIONS } from '../cli/command';
import { actOptions } from '../cli/write';
import { partyText } from './view';

export const register: CommandSpec = {
  verb: 'register',
  summary: 'the registrar brings a party in and says at which member it is at home',
  options: [
    { flags: '--uscc <uscc>', summary: "the party's code", required: true },
    { flags: '--name <name>', summary: 'its registered name', required: true },
    { flags: '--member <member>', summary: 'the member where its identities live', required: true },
    ...WRITE_OPTIONS,
  ],
  examples: ['--uscc 91350100M000100Y43 --name "Fuzhou Parts" --member bank-a --as platform'],
  async run({ api, output }, input) {
    const body = { party: { uscc: input.text('uscc'), name: input.text('name') }, member: input.text('member') };
    const view = (await api().act('/v1/parties', body, actOptions(input))) as PartyRecordView;
    output.show(view, () => partyText(view));
  },
};
