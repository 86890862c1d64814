/** What a command prints: results to stdout, everything else to stderr. */

type Stream = Readonly<{ write: (text: string) => unknown; isTTY?: boolean }>;

/** With `json`, stdout carries JSON and nothing else. */
export class Output {
  readonly json: boolean;
  readonly #stdout: Stream;
  readonly #stderr: Stream;

  constructor(json: boolean, stdout: Stream = process.stdout, stderr: Stream = process.stderr) {
    this.json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** Whether a person is watching stderr: progress bars and colours make sense. */
  get interactive(): boolean {
    return !this.json && this.#stderr.isTTY === true;
  }

  /** Whether stdout may carry colours (https://no-color.org). */
  get colours(): boolean {
    return !this.json && this.#stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '';
  }

  /** The result: `value` as JSON, or the text for people. */
  show(value: unknown, text: () => string): void {
    if (!this.json) this.#stdout.write(`${text()}\n`);
    else this.#stdout.write(`${JSON.stringify(value, undefined, this.#stdout.isTTY === true ? 2 : undefined)}\n`);
  }

  /** One of many results: a line of NDJSON, or a line for people. */
  item(value: unknown, text: () => string): void {
    this.#stdout.write(`${this.json ? JSON.stringify(value) : text()}\n`);
  }

  /** A line for people only. */
  text(line: string): void {
    if (!this.json) this.#stdout.write(`${line}\n`);
  }

  /** A message beside the result. */
  note(line: string): void {
    this.#stderr.write(`${line}\n`);
  }
}
