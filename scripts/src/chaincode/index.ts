/** Chaincode definitions: packaged, installed, approved and committed by the members' administrators. */
import type { CommandSpec } from '../cli/command';
import { approve } from './approve';
import { commit } from './commit';
import { install } from './install';
import { pack } from './package';
import { status } from './status';
import { upgrade } from './upgrade';

export const commands: readonly CommandSpec[] = [status, upgrade, pack, install, approve, commit];
