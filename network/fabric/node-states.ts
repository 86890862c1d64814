/** `<home>/fabric/nodes.json`: the nodes of a running network, for those who look at it from outside. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isCode } from '../identity/key-file';

const NodeStateSchema = z.object({
  name: z.string(),
  kind: z.enum(['orderer', 'peer']),
  mspId: z.string(),
  port: z.int(),
  operationsPort: z.int(),
  folder: z.string(),
  logFile: z.string(),
  /** Absent while it does not run. */
  pid: z.int().optional(),
  restarts: z.int(),
});

/** A node as it is. */
export type NodeState = Readonly<z.infer<typeof NodeStateSchema>>;

const StatesSchema = z.object({ pid: z.int(), nodes: z.array(NodeStateSchema) });

/** Publishes the states in one step. */
export function writeNodeStates(home: string, nodes: readonly NodeState[]): void {
  const file = statesFile(home);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.tmp`, `${JSON.stringify({ pid: process.pid, nodes }, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

/** Takes them away, for a network that has stopped. */
export function removeNodeStates(home: string): void {
  rmSync(statesFile(home), { force: true });
}

/**
 * The nodes of the home's network as they were last, with the process that runs them; undefined when there is no network, or it
 * stopped cleanly.
 */
export function readNodeStates(
  home: string,
): { readonly pid: number; readonly nodes: readonly NodeState[] } | undefined {
  try {
    return StatesSchema.parse(JSON.parse(readFileSync(statesFile(home), 'utf8')));
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw new Error(`${statesFile(home)} is damaged`, { cause: error });
  }
}

function statesFile(home: string): string {
  return join(home, 'fabric', 'nodes.json');
}
