/** Channels. */
import type { CommandSpec } from '../cli/command';
import { create } from './create';
import { fetch } from './fetch';
import { info } from './info';
import { join } from './join';
import { update } from './update';

export const commands: readonly CommandSpec[] = [info, create, join, update, fetch];
