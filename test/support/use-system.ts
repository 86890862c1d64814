/** One system for all suites of a test file: started before them, checked and removed after them. Needs jest. */
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { TokenRequest } from '@onepledge/gateway/demo-issuer';
import { Client, serverFaults } from './client';
import { PeerHeights } from './heights';
import { engineFromEnvironment, READY_WITHIN_MS, startSystem, type System } from './system';

export type UsedSystem = Readonly<{
  /** The running system. @throws Error outside of tests */
  system: () => System;
  /** A client of an actor. @param gateway its index, 0 when left out */
  as: (actor: TokenRequest, gateway?: number) => Promise<Client>;
}>;

export type UseOptions = Readonly<{
  /** How many gateways at least. */
  gateways?: number;
  /** Whether answers of the 5xx class may be given, as programs are killed. */
  faultsAllowed?: boolean;
}>;

// One module registry a test file: suites of one file share one system, made for the most demanding of them.
let users = 0;
let gateways = 1;
let faultsAllowed = false;
let starting: Promise<System> | undefined;
let running: System | undefined;
const tokens = new Map<string, Promise<string>>();
let heights: PeerHeights | undefined;

/** On the embedded network all peers have one ledger. */
async function onBlock(block: bigint): Promise<void> {
  if (engineFromEnvironment() === 'embedded' || running === undefined) return;
  heights ??= new PeerHeights(running.home);
  await heights.reached(block);
}

/**
 * Starts a system before the file's tests, one for all suites of the file. After them: no answer of the 5xx class was given, unless
 * `faultsAllowed`, no program ended by itself, and every program stops cleanly.
 */
export function useSystem(options: UseOptions = {}): UsedSystem {
  users += 1;
  gateways = Math.max(gateways, options.gateways ?? 1);
  faultsAllowed ||= options.faultsAllowed === true;

  beforeAll(async () => {
    starting ??= startSystem({ gateways });
    running = await starting;
  }, READY_WITHIN_MS[engineFromEnvironment()] + 30_000);

  afterAll(async () => {
    users -= 1;
    if (users === 0 && running !== undefined) await finish(running);
  }, 90_000);

  const system = (): System => {
    if (running === undefined) throw new Error('the system does not run');
    return running;
  };
  return {
    system,
    as: async (actor, gateway = 0) => {
      const name = JSON.stringify(actor);
      const token = tokens.get(name) ?? system().token(actor);
      tokens.set(name, token);
      return new Client(system().url(gateway), await token, onBlock);
    },
  };
}

async function finish(system: System): Promise<void> {
  heights?.close();
  const faults = faultsAllowed ? [] : serverFaults;
  const crashes = system.programs.flatMap(({ crash }) => crash ?? []);
  const logs = faults.length + crashes.length > 0 ? system.logs(60) : '';
  const codes = await Promise.all(system.gateways.map(({ program }) => program.stop()));
  // The network is stopped while it looks for its chaincode: that must not disturb it either.
  codes.push(await system.chaincode.stop(), await system.network.stop());
  await system.stop();
  expect({ faults, crashes, logs }).toEqual({ faults: [], crashes: [], logs: '' });
  expect(codes).toEqual(codes.map(() => 0));
}
