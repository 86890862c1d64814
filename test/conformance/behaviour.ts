/** What the conformance suite is made of: a behaviour is a row of a table and knows nothing of the network that it runs on. */
import { type World } from './world';

export type OrganizationName = 'org1' | 'org2' | 'org3' | 'org4';

/** Where a call failed: the names of the Gateway's methods. */
export type Stage = 'evaluate' | 'endorse' | 'submit' | 'commitStatus' | 'chaincodeEvents';

/** What a client saw. The behaviour's own prefix is written `$` in every text, so that runs can be compared. */
export interface Observed {
  /** Name of the gRPC status; OK when nothing failed. */
  readonly status: string;
  readonly stage?: Stage;
  readonly message?: string;
  /** The Gateway's error details, without the peers' addresses, in the order of their MSP ids. */
  readonly details?: readonly { readonly mspId: string; readonly message: string }[];
  /** Name of the transaction's validation code, when there is one. */
  readonly validation?: string;
  /** The chaincode's answer, or what the behaviour itself has to show as JSON. */
  readonly result?: string;
  readonly events?: readonly { readonly chaincode: string; readonly name: string; readonly payload: string }[];
  /** What several acts saw, in their order. */
  readonly each?: readonly Observed[];
}

/** Something that a client does. */
export type Act = (world: World) => Promise<Observed>;

/**
 * What must be seen. A regular expression matches text; a list is compared item by item; of an object the named fields are. `result` is
 * compared as JSON unless it is text or a regular expression. A status that is not named must be OK, a validation code VALID.
 */
export interface Expectation {
  readonly status?: string;
  readonly stage?: Stage;
  readonly message?: string | RegExp;
  readonly details?: readonly { readonly mspId?: string; readonly message: string | RegExp }[];
  readonly validation?: string;
  readonly result?: unknown;
  readonly events?: readonly {
    readonly chaincode?: string;
    readonly name?: string;
    readonly payload?: string | RegExp;
  }[];
  readonly each?: readonly Expectation[];
}

export interface Behaviour {
  /** A sentence about the network; unique in its topic. */
  readonly name: string;
  /** What was done before; each must succeed. */
  readonly given?: readonly Act[];
  readonly call: Act;
  readonly expect: Expectation;
  /** True: no other behaviour runs meanwhile, as it looks at or changes what all share. */
  readonly alone?: boolean;
}

export interface Topic {
  /** Lower-case letters: it is `--only`'s word and begins every key of its behaviours. */
  readonly name: string;
  readonly behaviours: readonly Behaviour[];
}
