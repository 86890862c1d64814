/** `chaincode package` */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CommandSpec } from '../cli/command';
import { table } from '../cli/table';
import { administer } from '../operator/session';
import { PLACE_OPTIONS, readNext, VERSION_OPTION } from './options';
import { packagesOf } from './steps';

export const pack: CommandSpec = {
  verb: 'package',
  summary: "make each organisation's package of a version",
  details:
    "A package of type ccaas: where the organisation's own chaincode process listens and how its peer proves who it is, so it holds a key: keep it. " +
    'On Fabric, `network up` starts the processes of the new version beside those of the old one.',
  options: [...PLACE_OPTIONS, VERSION_OPTION, { flags: '--out <folder>', summary: 'write the packages there' }],
  examples: ['--to 1.1', '--to 1.1 --as bank-a --out packages/'],
  async run(context, input) {
    await administer(context, async (all) => {
      const { next, session } = await readNext(all, input);
      const packages = await packagesOf(session, next);
      const out = input.optional('out');
      const rows = packages.map(({ organization, label, id, bytes, address }) => {
        const file = out === undefined ? undefined : join(resolve(out), `${label}.${organization}.tar.gz`);
        if (file !== undefined) {
          mkdirSync(resolve(out ?? '.'), { recursive: true, mode: 0o700 });
          writeFileSync(file, bytes, { mode: 0o600 });
        }
        return {
          ...{ organization, label, packageId: id },
          ...(address === undefined ? {} : { address }),
          ...(file === undefined ? {} : { file }),
        };
      });
      context.output.show({ packages: rows }, () =>
        table(
          ['ORGANISATION', 'PACKAGE ID', 'LISTENS AT', 'FILE'],
          rows.map((row) => [row.organization, row.packageId, row.address ?? '', row.file ?? '']),
        ),
      );
    });
  },
};
