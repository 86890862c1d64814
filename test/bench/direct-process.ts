/** The client process as seen from the benchmark. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DirectJob, DirectResult } from './direct';
import { UnexpectedAnswers } from './load-process';

const SLACK_SECONDS = 120;

export class DirectProcess {
  readonly #child: ChildProcess = fork(join(__dirname, 'direct.js'), { env: { ...process.env, NODE_OPTIONS: '' } });

  /** @throws UnexpectedAnswers when something was refused or failed; Error when there is no answer in time */
  async run(job: DirectJob): Promise<DirectResult> {
    const seconds = job.work.kind === 'register' ? job.work.seconds : 0;
    const signal = AbortSignal.timeout((seconds + SLACK_SECONDS) * 1000);
    const answer = once(this.#child, 'message', { signal }) as Promise<[DirectResult]>;
    this.#child.send(job);
    const [result] = await answer;
    if (result.surprise !== undefined) throw new UnexpectedAnswers(result.surprise);
    return result;
  }

  close(): void {
    this.#child.kill();
  }
}
