/** Certificates of the development CA. */
import type { CommandSpec } from '../cli/command';
import { authorities } from './authorities';
import { issue } from './issue';
import { list } from './list';
import { publish } from './publish';
import { renew } from './renew';
import { revoke } from './revoke';
import { watch } from './watch';

export const commands: readonly CommandSpec[] = [list, watch, issue, renew, revoke, publish, authorities];
