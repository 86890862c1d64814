/** Where the embedded network is knowingly not as Fabric. An entry that is no longer true fails the suite. */
import { type Expectation } from './behaviour';

export interface Difference {
  /** `topic: name of the behaviour` */
  readonly behaviour: string;
  /** What the embedded network shows instead of what the behaviour expects; Fabric shows that. */
  readonly embedded: Expectation;
  readonly why: string;
}

export const differences: readonly Difference[] = [
  {
    behaviour: 'memberships: who is a member no more is told that a value is gone',
    embedded: { result: '' },
    why: 'All peers share one copy of private data, so that nobody keeps what the members have deleted.',
  },
];
