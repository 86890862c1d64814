/** What a function of the suite's chaincodes is. */
import type { ChaincodeResponse, ChaincodeStub } from 'fabric-shim';

/** Gives its answer's payload, or a whole response; what it throws becomes a response 500 with the message. */
export type ChaincodeFunction = (
  stub: ChaincodeStub,
  args: readonly string[],
) => Promise<Uint8Array | ChaincodeResponse>;

/** Functions by the name that a call begins with. */
export type Functions = Readonly<Record<string, ChaincodeFunction>>;

export const text = (value: string): Buffer => Buffer.from(value, 'utf8');
export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), 'utf8');

/** An argument. @throws Error when it is missing */
export function arg(args: readonly string[], index: number): string {
  const found = args[index];
  if (found === undefined) throw new Error(`argument ${index} is missing`);
  return found;
}
