/** Member institutions. */
import type { CommandSpec } from '../cli/command';
import { add } from './add';
import { exportCard } from './export';
import { importCards } from './import';
import { list } from './list';
import { move } from './move';
import { remove } from './remove';

export const commands: readonly CommandSpec[] = [list, exportCard, importCards, add, remove, move];
