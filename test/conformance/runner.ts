/** Runs behaviours on an engine and says how each ended. */
import { requireSuccess, TryAgain } from './acts';
import { type Behaviour, type Observed, type Topic } from './behaviour';
import { type Difference } from './differences';
import { type Engine, type EngineName } from './engines/engine';
import { difference } from './match';
import { Clients, World } from './world';

/** How one behaviour ended. `differs`: as `differences.ts` says, and why. */
export interface Outcome {
  /** `topic: name of the behaviour` */
  readonly key: string;
  readonly topic: string;
  readonly name: string;
  readonly outcome: 'same' | 'differs' | 'failed';
  readonly observed?: Observed;
  readonly why?: string;
  /** What is wrong, when it failed. */
  readonly problem?: string;
  readonly seconds: number;
}

/** How many behaviours run at once: they spend their time waiting for blocks. */
const AT_ONCE = 10;
const TRIES = 30;
const BEHAVIOUR_WITHIN_MS = 120_000;

/**
 * Runs the topics' behaviours: those that may be together first, then the others one by one.
 * @returns the outcomes in the tables' order
 */
export async function runTopics(
  engine: Engine,
  topics: readonly Topic[],
  differences: readonly Difference[],
): Promise<readonly Outcome[]> {
  const clients = new Clients(engine);
  const rows = topics.flatMap((topic) =>
    topic.behaviours.map((behaviour, index) => ({ topic: topic.name, behaviour, index })),
  );
  requireUnique(rows.map(({ topic, behaviour }) => keyOf(topic, behaviour)));
  const outcomes = new Map<string, Outcome>();
  const run = async ({ topic, behaviour, index }: (typeof rows)[number]): Promise<void> => {
    const key = keyOf(topic, behaviour);
    const started = performance.now();
    const listed = differences.find((entry) => entry.behaviour === key);
    const judged = await attempt(clients, behaviour, `${topic}${String(index).padStart(3, '0')}`).then(
      (observed) => judge(engine.name, behaviour, observed, listed),
      (error: unknown) => ({
        outcome: 'failed' as const,
        problem: error instanceof Error ? error.message : String(error),
      }),
    );
    outcomes.set(key, { key, topic, name: behaviour.name, ...judged, seconds: (performance.now() - started) / 1000 });
  };
  try {
    const together = rows.filter(({ behaviour }) => behaviour.alone !== true);
    const next = together.values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const row of next) await run(row);
      }),
    );
    for (const row of rows) if (row.behaviour.alone === true) await run(row);
  } finally {
    await clients.close();
  }
  return rows.flatMap(({ topic, behaviour }) => outcomes.get(keyOf(topic, behaviour)) ?? []);
}

/** @throws Error when a difference names a behaviour that is not there */
export function requireKnown(differences: readonly Difference[], topics: readonly Topic[]): void {
  const known = new Set(
    topics.flatMap(({ name, behaviours }) => behaviours.map((behaviour) => keyOf(name, behaviour))),
  );
  const unknown = differences.find(({ behaviour }) => !known.has(behaviour));
  if (unknown !== undefined) throw new Error(`differences.ts names "${unknown.behaviour}", which is no behaviour`);
}

function keyOf(topic: string, { name }: Behaviour): string {
  return `${topic}: ${name}`;
}

function requireUnique(keys: readonly string[]): void {
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`two behaviours are called "${twice}"`);
}

function judge(
  engine: EngineName,
  { expect }: Behaviour,
  observed: Observed,
  listed: Difference | undefined,
): Pick<Outcome, 'outcome' | 'observed' | 'why' | 'problem'> {
  const problem = difference(expect, observed);
  if (listed === undefined || engine === 'fabric') {
    return problem === undefined ? { outcome: 'same', observed } : { outcome: 'failed', observed, problem };
  }
  if (problem === undefined)
    return { outcome: 'failed', observed, problem: 'the listed difference is no longer there' };
  const other = difference(listed.embedded, observed);
  return other === undefined
    ? { outcome: 'differs', observed, why: listed.why }
    : { outcome: 'failed', observed, problem: `differs otherwise than listed: ${other}` };
}

async function attempt(clients: Clients, behaviour: Behaviour, prefix: string): Promise<Observed> {
  for (let tries = 0; ; tries += 1) {
    // A letter ends it, so that no prefix is the beginning of another or of what follows it.
    const world = new World(clients, `${prefix}${tries}x`);
    const isLast = tries + 1 === TRIES;
    try {
      const observed = await inTime(once(behaviour, world));
      if (isLast || !isDisturbed(JSON.stringify(observed))) return observed;
    } catch (error) {
      const again = error instanceof TryAgain || (error instanceof Error && isDisturbed(error.message));
      if (!again || isLast) throw error;
    }
  }
}

/**
 * Fabric's Gateway closes its connection to another peer when that refuses a caller, and opens a new one: what others have under way on it fails. So one
 * behaviour's refused signer disturbs those that run beside it.
 */
function isDisturbed(seen: string): boolean {
  return seen.includes('the client connection is closing');
}

async function once({ given = [], call }: Behaviour, world: World): Promise<Observed> {
  for (const act of given) requireSuccess(await act(world));
  return call(world);
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no outcome within ${BEHAVIOUR_WITHIN_MS / 1000} s`));
    }, BEHAVIOUR_WITHIN_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
