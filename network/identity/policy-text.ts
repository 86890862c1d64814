/** The text form of signature policies, as `peer lifecycle chaincode approveformyorg --signature-policy` takes it. */
import { PolicyError } from './errors';
import { type OutOf, type SignaturePolicy } from './policy-tree';
import { PRINCIPAL_ROLES, type PrincipalRole } from './principal';

/** Deeper nesting than this is refused, so that no text can exhaust the stack. */
const MAX_DEPTH = 32;

/**
 * Reads `AND(…)`, `OR(…)`, `OutOf(n, …)` (also in lower case, upper case or as And, Or), nested, with principals such as
 * 'Org1MSP.peer' in single or double quotes. Like Fabric it takes n from 0 to one more than there are rules.
 * @throws PolicyError with the position.
 */
export function parsePolicy(text: string): SignaturePolicy {
  const parser = new Parser(text);
  const policy = parser.gate(0);
  parser.end();
  return policy;
}

/**
 * The text form of a policy; `parsePolicy` of it gives the same policy back.
 * @throws PolicyError for a gate without rules and for principals that are no roles, which only messages can express.
 */
export function formatPolicy(policy: SignaturePolicy): string {
  if (policy.kind === 'signedBy') return `'${policy.mspId}.${policy.role}'`;
  if (policy.kind !== 'outOf') throw new PolicyError('a principal that is no role has no text form');
  if (policy.rules.length === 0) throw new PolicyError('a gate without rules has no text form');
  const rules = policy.rules.map(formatPolicy).join(', ');
  if (policy.n === policy.rules.length) return `AND(${rules})`;
  if (policy.n === 1) return `OR(${rules})`;
  return `OutOf(${policy.n}, ${rules})`;
}

const GATES: ReadonlyMap<string, 'and' | 'or' | 'outof'> = new Map([
  ['And', 'and'],
  ['and', 'and'],
  ['AND', 'and'],
  ['Or', 'or'],
  ['or', 'or'],
  ['OR', 'or'],
  ['OutOf', 'outof'],
  ['outof', 'outof'],
  ['OUTOF', 'outof'],
]);

const PRINCIPAL = new RegExp(`^([A-Za-z0-9.-]+)\\.(${PRINCIPAL_ROLES.join('|')})$`);

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  gate(depth: number): OutOf {
    if (depth > MAX_DEPTH) throw this.#error(`more than ${MAX_DEPTH} gates inside one another`);
    const start = this.#skipSpace();
    const word = this.#take(/[A-Za-z]+/y);
    const kind = word === undefined ? undefined : GATES.get(word);
    if (kind === undefined) throw new PolicyError('expected AND, OR or OutOf', start);
    this.#expect('(');
    const explicit = kind === 'outof' ? this.#count() : undefined;
    if (explicit !== undefined) this.#expect(',');
    const rules: SignaturePolicy[] = [this.#rule(depth)];
    while (this.#skip(',')) rules.push(this.#rule(depth));
    this.#expect(')');
    const n = explicit ?? (kind === 'and' ? rules.length : 1);
    if (n > rules.length + 1) throw new PolicyError(`${n} out of ${rules.length} rules can never be satisfied`, start);
    return { kind: 'outOf', n, rules };
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#error('unexpected text after the policy');
  }

  #rule(depth: number): SignaturePolicy {
    const start = this.#skipSpace();
    const quote = this.#text[start];
    if (quote !== "'" && quote !== '"') return this.gate(depth + 1);
    const end = this.#text.indexOf(quote, start + 1);
    if (end < 0) throw new PolicyError('the quoted principal does not end', start);
    const [, mspId, role] = PRINCIPAL.exec(this.#text.slice(start + 1, end)) ?? [];
    if (mspId === undefined || !isPrincipalRole(role)) {
      throw new PolicyError(
        `expected a principal such as 'Org1MSP.peer' (roles: ${PRINCIPAL_ROLES.join(', ')})`,
        start,
      );
    }
    this.#at = end + 1;
    return { kind: 'signedBy', mspId, role };
  }

  #count(): number {
    const start = this.#skipSpace();
    const digits = this.#take(/\d{1,6}(?!\d)/y);
    if (digits === undefined) throw new PolicyError('expected how many of the rules are needed', start);
    return Number(digits);
  }

  #expect(symbol: string): void {
    if (!this.#skip(symbol)) throw this.#error(`expected "${symbol}"`);
  }

  #skip(symbol: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== symbol) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): number {
    this.#take(/\s+/y);
    return this.#at;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #error(message: string): PolicyError {
    return new PolicyError(message, this.#at);
  }
}

function isPrincipalRole(text: string | undefined): text is PrincipalRole {
  return PRINCIPAL_ROLES.some((role) => role === text);
}
