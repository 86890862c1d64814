/** All functions of the suite's chaincodes: one file a topic. */
import { basics } from './basics';
import { calls } from './calls';
import { events } from './events';
import { type ChaincodeFunction } from './function';
import { policies } from './policies';
import { privateData } from './private-data';
import { queries } from './queries';

const tables = [basics, calls, events, policies, privateData, queries];

/** By name. */
export const functions: ReadonlyMap<string, ChaincodeFunction> = new Map(
  tables.flatMap((table) => Object.entries(table)),
);

if (functions.size !== tables.reduce((sum, table) => sum + Object.keys(table).length, 0)) {
  throw new Error('two functions have one name');
}
