/** A command's arguments and options, read with their types. */
import { UsageError } from './errors';

export type Money = Readonly<{ currency: string; amount: string }>;

/** What the command line gave. Readers throw UsageError where it gave something else than they read. */
export class Input {
  readonly #arguments: readonly unknown[];
  readonly #options: Readonly<Record<string, unknown>>;

  /** @param options by their names in camelCase */
  constructor(positional: readonly unknown[], options: Readonly<Record<string, unknown>>) {
    this.#arguments = positional;
    this.#options = options;
  }

  /** The argument at a position. */
  argument(position: number): string {
    const value = this.#arguments[position];
    if (typeof value !== 'string') throw new UsageError(`argument ${position + 1} is missing`);
    return value;
  }

  /** The argument at a position, undefined where it was left out. */
  optionalArgument(position: number): string | undefined {
    const value = this.#arguments[position];
    return typeof value === 'string' ? value : undefined;
  }

  /** The arguments of a variadic one at a position. */
  rest(position: number): readonly string[] {
    const value = this.#arguments[position];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** An option's text, undefined where it was left out. */
  optional(name: string): string | undefined {
    const value = this.#options[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** An option's text. */
  text(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw new UsageError(`option ${flag(name)} is missing`);
    return value;
  }

  /** Whether an option without a value was given. */
  has(name: string): boolean {
    return this.#options[name] === true;
  }

  /** A whole number in a range, undefined where it was left out. */
  integer(name: string, min: number, max: number): number | undefined {
    const text = this.optional(name);
    if (text === undefined) return undefined;
    const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new UsageError(`${flag(name)}: ${JSON.stringify(text)} is not a whole number from ${min} to ${max}`);
    }
    return value;
  }

  /** Money: `1000.00` in CNY, or with a currency: `"1000.00 EUR"`, `"EUR 1000.00"`. Undefined where it was left out. */
  optionalMoney(name: string): Money | undefined {
    const text = this.optional(name);
    if (text === undefined) return undefined;
    const [, before, amount, after] = /^(?:([A-Z]{3})\s*)?([0-9]+(?:\.[0-9]+)?)(?:\s*([A-Z]{3}))?$/.exec(text) ?? [];
    if (amount === undefined || (before !== undefined && after !== undefined)) {
      throw new UsageError(`${flag(name)}: ${JSON.stringify(text)} is not an amount such as 1000.00 or "1000.00 EUR"`);
    }
    return { currency: before ?? after ?? 'CNY', amount };
  }

  /** Money that must be given. */
  money(name: string): Money {
    const value = this.optionalMoney(name);
    if (value === undefined) throw new UsageError(`option ${flag(name)} is missing`);
    return value;
  }
}

function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
