/** Writes the files that are made from consortium.yaml for Docker Compose: `node network/dist/compose/generate.js`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Consortium, loadConsortium } from '../consortium';
import { composeFile } from './compose-file';
import { layoutOf, SIZES } from './layout';
import { prometheusFile } from './prometheus-file';

const NOTICE = '# Made from network/consortium.yaml by: npm run compose. A test compares.\n';

/** The files' texts by their paths in the project. */
export function composeFiles(consortium: Consortium): ReadonlyMap<string, string> {
  const files = SIZES.flatMap((size): (readonly [string, object])[] => {
    const layout = layoutOf(consortium, size);
    const infix = size === 'full' ? '' : `.${size}`;
    return [
      [`docker-compose${infix}.yaml`, composeFile(layout, size)],
      [`network/compose/monitoring/prometheus${infix}.yml`, prometheusFile(layout)],
    ];
  });
  const text = (content: object): string =>
    NOTICE + stringify(content, { aliasDuplicateObjects: false, lineWidth: 0, singleQuote: true });
  return new Map(files.map(([path, content]) => [path, text(content)]));
}

if (require.main === module) {
  const root = process.cwd();
  const consortium = loadConsortium(join(root, 'network', 'consortium.yaml'));
  for (const [path, text] of composeFiles(consortium)) {
    writeFileSync(join(root, path), text);
    process.stdout.write(`${path}\n`);
  }
}
