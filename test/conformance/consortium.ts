/** The suite's consortium. */
import { join } from 'node:path';
import { type Consortium, loadConsortium } from '@onepledge/network';
import { ROOT } from '../support/root';

/** @throws ConsortiumError when consortium.yaml beside this file is wrong. */
export function conformanceConsortium(): Consortium {
  return loadConsortium(join(ROOT, 'test', 'conformance', 'consortium.yaml'));
}
