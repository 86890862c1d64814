/** What is not taken: from wrong creators, with wrong signatures, or changed on its way. */
import { type Topic } from '../behaviour';
import { envelopes } from './refusals/envelopes';
import { proposals } from './refusals/proposals';
import { transactions } from './refusals/transactions';

export const refusals: Topic = {
  name: 'refusals',
  behaviours: [...proposals, ...transactions, ...envelopes],
};
