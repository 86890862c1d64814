/** `certificate list` */
import type { CommandSpec } from '../cli/command';
import { explained } from '../operator/session';
import { certificateJson, certificateTable } from './view';

export const list: CommandSpec = {
  verb: 'list',
  summary: 'the certificates whose keys are in the home, those that expire first at the front',
  examples: ['', '--as bank-a', '--json'],
  async run({ home, output, acting: { member } }) {
    await explained(async () => {
      const { heldCertificates } = await import('@onepledge/network');
      const found = await heldCertificates(home, member === undefined ? undefined : [member]);
      output.show({ certificates: found.map(certificateJson) }, () => certificateTable(found));
    });
  },
};
