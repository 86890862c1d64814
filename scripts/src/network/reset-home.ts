/** Takes a network's ledger and what its gateways keep, both or neither. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Keys, certificates, the demo issuer and the evidence key stay: they say nothing about what was on the ledger.
const TAKEN = ['network', 'fabric', 'gateway'];
const MARK = 'resetting';

/** The file that says that a reset has begun and not ended. */
export function resetMark(home: string): string {
  return join(home, MARK);
}

/** The folders that a reset removes. */
export function takenBy(home: string): readonly string[] {
  return TAKEN.map((name) => join(home, name)).filter((folder) => existsSync(folder));
}

/** Removes them. When it is interrupted, `finishReset` ends it before the next start: intents never outlive their ledger. */
export function resetHome(home: string): void {
  if (!existsSync(home)) return;
  writeFileSync(resetMark(home), '', { flush: true });
  finishReset(home);
}

/** Ends a reset that was interrupted; does nothing otherwise. */
export function finishReset(home: string): void {
  const mark = resetMark(home);
  if (!existsSync(mark)) return;
  for (const name of TAKEN) rmSync(join(home, name), { recursive: true, force: true });
  rmSync(mark);
}
