/** What becomes of updates of a channel's configuration, and what they do. All on the channel that organisation 3 is not in. */
import { type Topic } from '../behaviour';
import { effects } from './configuring/effects';
import { signatures } from './configuring/signatures';
import { values } from './configuring/values';
import { versions } from './configuring/versions';

export const configuring: Topic = {
  name: 'configuring',
  // One after the other: all change one configuration.
  behaviours: [...signatures, ...versions, ...values, ...effects].map((behaviour) => ({ ...behaviour, alone: true })),
};
