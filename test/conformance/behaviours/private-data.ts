/** Private data: members have the values, everyone has the hashes. */
import { type Topic } from '../behaviour';
import { collections } from './private-data/collections';
import { dissemination } from './private-data/dissemination';
import { lifetimes } from './private-data/lifetimes';
import { queries } from './private-data/queries';
import { reading } from './private-data/reading';
import { writing } from './private-data/writing';

export const privateData: Topic = {
  name: 'private',
  behaviours: [...reading, ...queries, ...writing, ...collections, ...lifetimes, ...dissemination],
};
