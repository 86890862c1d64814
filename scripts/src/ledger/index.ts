/** The ledger on disk. */
import type { CommandSpec } from '../cli/command';
import { exportCommand } from './export';
import { restore } from './restore';
import { snapshot } from './snapshot';
import { verify } from './verify';

export const commands: readonly CommandSpec[] = [verify, exportCommand, snapshot, restore];
