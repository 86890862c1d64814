/** What the contracts need from outside, set once when the program starts. */
import type { ChaincodeStub } from 'fabric-shim-api';
import type { EvidenceTokens } from '../ledger/evidence-token';
import type { StateAccess } from '../ledger/state-access';

export type Dependencies = Readonly<{
  tokens: EvidenceTokens;
  access(stub: ChaincodeStub): StateAccess;
  /** The name under which the chaincode is defined on the channel. */
  name: string;
  /** MSP ids of those who may enrol the first members; undefined: any. */
  founders?: readonly string[] | undefined;
}>;

// The shim makes the contracts itself, from their classes alone, so this cannot be a constructor's parameter.
let provided: Dependencies | undefined;

/** Sets the dependencies, before the first transaction. */
export function provide(dependencies: Dependencies): void {
  provided = dependencies;
}

/** @throws Error before `provide` was called. */
export function dependencies(): Dependencies {
  if (provided === undefined) throw new Error('the chaincode was not set up');
  return provided;
}
