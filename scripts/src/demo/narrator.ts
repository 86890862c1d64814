/** Tells the demo: numbered steps, what was answered, what was refused. */
import { Refusal, UserError } from '../cli/errors';
import type { Output } from '../cli/output';
import { problemText } from '../cli/report';

/** One step of the story, as --json prints it. */
export type Step = Readonly<{ step: number; actor: string; act: string; outcome: string; detail: string }>;

/** Prints each step when it has happened. */
export class Narrator {
  readonly #output: Output;
  #step = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** A line between steps. */
  say(line: string): void {
    this.#output.text(line);
  }

  /** A step that must go well. @returns what it gave */
  async does<T>(actor: string, act: string, work: () => Promise<T>, describe: (value: T) => string): Promise<T> {
    this.#begin(actor, act);
    const value = await work();
    this.#end(actor, act, 'done', describe(value));
    return value;
  }

  /**
   * A step that must be refused, for one of the reasons.
   * @throws UserError when it is not
   */
  async isRefused(actor: string, act: string, codes: readonly string[], work: () => Promise<unknown>): Promise<void> {
    this.#begin(actor, act);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal) || !codes.includes(error.problem.code)) throw error;
      this.#end(actor, act, error.problem.code, problemText(error.problem));
      return;
    }
    throw new UserError(`"${act}" was not refused, but must be (${codes.join(' or ')})`, { code: 'NOT_AS_TOLD' });
  }

  #begin(actor: string, act: string): void {
    this.#step += 1;
    this.#output.text(`\n${this.#paint('1', `${this.#step}. ${actor}`)} ${act}`);
  }

  #end(actor: string, act: string, outcome: string, detail: string): void {
    const step: Step = { step: this.#step, actor, act, outcome, detail };
    const mark = outcome === 'done' ? this.#paint('32', '✓') : this.#paint('31', '✗ refused,');
    this.#output.item(step, () => `   ${mark} ${detail.replaceAll('\n', '\n     ')}`);
  }

  #paint(code: string, text: string): string {
    return this.#output.colours ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
