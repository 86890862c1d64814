/** What a validation code says, in our words. */
import { StatusCode } from '@hyperledger/fabric-gateway';
import type { CommitStatus } from './port';

/** Names of the validation codes; the package exports them by name only. */
const CODE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(StatusCode).map(([name, code]) => [code, name] as const),
);

/** The final state of a transaction. @param block the number of the block that holds it */
export function commitStatusOf(code: number, block: bigint | number): CommitStatus {
  const name = CODE_NAMES.get(code) ?? String(code);
  return { valid: name === 'VALID', code: name, block: block.toString() };
}
