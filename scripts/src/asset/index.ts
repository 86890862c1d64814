/** Assets of every kind. */
import type { CommandSpec } from '../cli/command';
import { history } from './history';

export const commands: readonly CommandSpec[] = [history];
