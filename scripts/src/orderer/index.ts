/** Orderers. */
import type { CommandSpec } from '../cli/command';
import { add } from './add';
import { remove } from './remove';

export const commands: readonly CommandSpec[] = [add, remove];
