/** All topics: one file each, and of large ones a folder beside it. */
import { type Topic } from '../behaviour';
import { authorities } from './authorities';
import { broadcasting } from './broadcasting';
import { calls } from './calls';
import { composites } from './composites';
import { conflicts } from './conflicts';
import { configuring } from './configuring';
import { delivering } from './delivering';
import { discovering } from './discovering';
import { endorsing } from './endorsing';
import { evaluating } from './evaluating';
import { events } from './events';
import { histories } from './histories';
import { initialising } from './initialising';
import { interests } from './interests';
import { keys } from './keys';
import { lifecycles } from './lifecycle';
import { limits } from './limits';
import { memberships } from './memberships';
import { participating } from './participating';
import { peers } from './peers';
import { policies } from './policies';
import { principals } from './principals';
import { privateBlocks } from './private-blocks';
import { privateData } from './private-data';
import { ranges } from './ranges';
import { readWriteSets } from './read-write-sets';
import { refusals } from './refusals';
import { snapshots } from './snapshots';
import { submitting } from './submitting';
import { system } from './system';

export const topics: readonly Topic[] = [
  evaluating,
  endorsing,
  submitting,
  conflicts,
  ranges,
  composites,
  histories,
  policies,
  principals,
  calls,
  initialising,
  refusals,
  limits,
  events,
  privateData,
  memberships,
  delivering,
  broadcasting,
  configuring,
  authorities,
  keys,
  discovering,
  interests,
  peers,
  lifecycles,
  system,
  privateBlocks,
  readWriteSets,
  snapshots,
  participating,
];
