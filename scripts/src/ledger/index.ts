/** The ledger on disk. */
import type { CommandSpec } from '../cli/command';
import { verify } from './verify';

export const commands: readonly CommandSpec[] = [verify];
