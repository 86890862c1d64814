/** The network: start, stop, look at, begin anew. */
import type { CommandSpec } from '../cli/command';
import { down } from './down';
import { reset } from './reset';
import { status } from './status';
import { up } from './up';

export const commands: readonly CommandSpec[] = [up, down, status, reset];
