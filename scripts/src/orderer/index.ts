/** Orderers. */
import type { CommandSpec } from '../cli/command';
import { add } from './add';
import { move } from './move';
import { remove } from './remove';

export const commands: readonly CommandSpec[] = [add, remove, move];
