/** Compares what was seen with what was expected. */
import { type Expectation, type Observed } from './behaviour';

/** The first difference, as a sentence; undefined when there is none. */
export function difference(expected: Expectation, observed: Observed, path = ''): string | undefined {
  const { result, each, ...rest } = expected;
  const found =
    unlike(
      { status: 'OK', ...(observed.validation === undefined ? {} : { validation: 'VALID' }), ...rest },
      observed,
      path,
    ) ?? (Object.hasOwn(expected, 'result') ? unlikeResult(result, observed.result, `${path}.result`) : undefined);
  if (found !== undefined || each === undefined) return found;
  if (observed.each?.length !== each.length) {
    return `${path}.each: expected ${each.length} outcomes, saw ${observed.each?.length ?? 0}`;
  }
  for (const [index, seen] of observed.each.entries()) {
    const problem = difference(each[index] ?? {}, seen, `${path}.each[${index}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function unlikeResult(expected: unknown, observed: string | undefined, path: string): string | undefined {
  if (observed === undefined || typeof expected === 'string' || expected instanceof RegExp) {
    return unlike(expected, observed, path);
  }
  try {
    return unlike(expected, JSON.parse(observed) as unknown, path);
  } catch {
    return `${path}: expected JSON, saw ${show(observed)}`;
  }
}

function unlike(expected: unknown, observed: unknown, path: string): string | undefined {
  const miss = `${path}: expected ${show(expected)}, saw ${show(observed)}`;
  if (expected instanceof RegExp) return typeof observed === 'string' && expected.test(observed) ? undefined : miss;
  if (Array.isArray(expected)) {
    if (!Array.isArray(observed) || observed.length !== expected.length) return miss;
    return first(expected.map((item, index) => unlike(item, (observed as unknown[])[index], `${path}[${index}]`)));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof observed !== 'object' || observed === null) return miss;
    const seen = observed as Readonly<Record<string, unknown>>;
    return first(Object.entries(expected).map(([name, value]) => unlike(value, seen[name], `${path}.${name}`)));
  }
  return expected === observed ? undefined : miss;
}

function first(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text =
    value instanceof RegExp
      ? String(value)
      : JSON.stringify(value, (_, inner: unknown) => (inner instanceof RegExp ? String(inner) : inner));
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
}
