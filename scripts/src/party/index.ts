/** Parties: suppliers and core enterprises. */
import type { CommandSpec } from '../cli/command';
import { get } from './get';
import { register } from './register';

export const commands: readonly CommandSpec[] = [register, get];
