/** `_lifecycle`: organisations approve and commit definitions, which then count. */
import { type Topic } from '../behaviour';
import { approvals } from './lifecycle/approvals';
import { commits } from './lifecycle/commits';
import { definitions } from './lifecycle/definitions';
import { refusals } from './lifecycle/refusals';

export const lifecycles: Topic = {
  name: 'lifecycle',
  behaviours: [...definitions, ...refusals, ...approvals, ...commits],
};
