/** `certificate watch` */
import type { CommandSpec } from '../cli/command';
import { Unsuccessful } from '../cli/errors';
import { explained } from '../operator/session';
import { certificateJson, certificateTable } from './view';

const DAYS = 30;

export const watch: CommandSpec = {
  verb: 'watch',
  summary: 'warn of certificates that expire soon; exit code 1 when there are any',
  details:
    'For cron or a monitoring agent. An expired certificate of a node or a client is an outage: what it signs and where it connects is refused from that second on.',
  options: [{ flags: '--days <n>', summary: 'how soon', default: String(DAYS) }],
  examples: ['', '--days 60 --json', '--as bank-a'],
  async run({ home, output, acting: { member } }, input) {
    const days = input.integer('days', 0, 36_500) ?? DAYS;
    let expiring = 0;
    await explained(async () => {
      const { heldCertificates } = await import('@onepledge/network');
      const all = await heldCertificates(home, member === undefined ? undefined : [member]);
      const found = all.filter(({ daysLeft, revoked }) => daysLeft < days && !revoked);
      expiring = found.length;
      output.show({ days, checked: all.length, expiring: found.map(certificateJson) }, () =>
        expiring === 0
          ? `none of ${all.length} certificates expires within ${days} days`
          : `${expiring} of ${all.length} certificates expire within ${days} days:\n${certificateTable(found)}`,
      );
    });
    if (expiring > 0) throw new Unsuccessful();
  },
};
