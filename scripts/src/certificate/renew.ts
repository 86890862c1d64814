/** `certificate renew` */
import type { CommandSpec } from '../cli/command';
import { UserError } from '../cli/errors';
import { explained } from '../operator/session';
import { certificateJson } from './view';

export const renew: CommandSpec = {
  verb: 'renew',
  summary: 'issue a certificate anew, before it expires',
  details:
    'It keeps its key, unless --new-key is given. An orderer must keep it: BFT and Raft know consenters by the keys of the certificates in the channel’s configuration, ' +
    'so with the same key nothing else changes, and with a new one the orderer is a stranger. People and gateways are better off with a new key. ' +
    'A running node takes its new certificate with --restart, one node at a time; the certificates between peer and chaincode take effect at the next start of the network.',
  arguments: [{ name: 'certificate', summary: 'its file as in certificate list, its serial number, or its name' }],
  options: [
    { flags: '--new-key', summary: 'a new key too' },
    { flags: '--days <n>', summary: 'days that it is valid', default: '365' },
    { flags: '--restart', summary: 'restart the node that it belongs to' },
    { flags: '--dry-run', summary: 'say what would be done, and change nothing' },
  ],
  examples: ['bank-a/peer.pem --restart', 'orderer/orderer0-tls.pem --restart', 'bank-a/admin.pem --new-key'],
  async run({ home, output }, input) {
    await explained(async () => {
      const { heldCertificate, renewCertificate } = await import('@onepledge/network');
      const { isOrderer, nodeOf, refreshNode, restartNode } = await import('@onepledge/network/fabric');
      const before = await heldCertificate(home, input.argument(0));
      if (before.revoked) {
        throw new UserError(`${before.file} is revoked: a new serial number would let it in again`, {
          code: 'NOT_POSSIBLE',
        });
      }
      const node = nodeOf(home, before);
      const newKey = input.has('newKey');
      if (newKey && node !== undefined && isOrderer(home, node)) {
        throw new UserError(
          `${before.file} is an orderer's, whose key the channel's configuration names: renew it with the key that it has`,
          { code: 'NOT_POSSIBLE' },
        );
      }
      const restart = input.has('restart') && node !== undefined;
      if (input.has('dryRun')) {
        output.show(
          { dryRun: true, certificate: certificateJson(before), newKey, restart: restart ? node : null },
          () =>
            [
              `would renew ${before.file} (${before.daysLeft} days left), with ${newKey ? 'a new key' : 'its key'}`,
              ...(restart ? [`would restart ${node}`] : []),
            ].join('\n'),
        );
        return;
      }
      const after = await renewCertificate(home, before, { newKey, days: input.integer('days', 1, 3650) });
      if (node !== undefined) await refreshNode(home, node, after);
      if (restart) {
        output.note(`restarting ${node}`);
        await restartNode(home, node);
      }
      output.show({ before: certificateJson(before), certificate: certificateJson(after), restarted: restart }, () =>
        [
          `${after.file}: valid until ${after.notAfter.toISOString().slice(0, 10)}, serial ${after.serial}`,
          ...(node === undefined
            ? input.has('restart')
              ? ['no node of its own runs with it: what does takes it when it is started again']
              : []
            : restart
              ? []
              : [`${node} takes it when it is started again: --restart does that`]),
        ].join('\n'),
      );
    });
  },
};
