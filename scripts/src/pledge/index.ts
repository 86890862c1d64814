/** Pledges 质押. */
import type { CommandSpec } from '../cli/command';
import { accept } from './accept';
import { get } from './get';
import { list } from './list';
import { propose } from './propose';
import { release } from './release';
import { withdraw } from './withdraw';

export const commands: readonly CommandSpec[] = [propose, accept, withdraw, release, get, list];
