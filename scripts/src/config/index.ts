/** A channel's configuration in plain words. */
import type { CommandSpec } from '../cli/command';
import { diff } from './diff';
import { show } from './show';

export const commands: readonly CommandSpec[] = [show, diff];
