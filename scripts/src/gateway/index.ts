/** Further gateways. */
import type { CommandSpec } from '../cli/command';
import { up } from './up';

export const commands: readonly CommandSpec[] = [up];
