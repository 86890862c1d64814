/** Member institutions. */
import type { CommandSpec } from '../cli/command';
import { add } from './add';
import { list } from './list';
import { remove } from './remove';

export const commands: readonly CommandSpec[] = [list, add, remove];
