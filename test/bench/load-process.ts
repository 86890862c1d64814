/** The load generator as seen from the benchmark. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadJob, LoadResult } from './load';

const SLACK_SECONDS = 60;

/** The clients got answers that they should not get: the figure would mean nothing. */
export class UnexpectedAnswers extends Error {
  override readonly name = 'UnexpectedAnswers';
}

export class LoadProcess {
  readonly #child: ChildProcess;

  constructor() {
    // No profile of the generator: its options are not the system's.
    this.#child = fork(join(__dirname, 'load.js'), { env: { ...process.env, NODE_OPTIONS: '' } });
  }

  /**
   * Runs a job.
   * @throws UnexpectedAnswers when an answer was not as the job expects; Error when the generator does not answer in time.
   */
  async run(job: LoadJob): Promise<LoadResult> {
    const signal = AbortSignal.timeout((job.seconds + SLACK_SECONDS) * 1000);
    const answer = once(this.#child, 'message', { signal }) as Promise<[LoadResult]>;
    this.#child.send(job);
    const [result] = await answer;
    if (result.surprise !== undefined) {
      throw new UnexpectedAnswers(`${JSON.stringify(result.statuses)}; first: ${result.surprise}`);
    }
    return result;
  }

  close(): void {
    this.#child.kill();
  }
}
