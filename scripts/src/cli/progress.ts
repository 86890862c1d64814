/** How far long work is: a bar for a person, nothing otherwise. */
import type { Output } from './output';

export type Progress = Readonly<{ update: (done: number) => void; stop: () => void }>;

/**
 * @param work what is done, such as `importing`
 * @param things what is counted, such as `files`
 * @param total how many there are
 */
export async function startProgress(output: Output, work: string, things: string, total: number): Promise<Progress> {
  if (!output.interactive || total === 0) return { update: () => undefined, stop: () => undefined };
  const { SingleBar, Presets } = await import('cli-progress');
  const format = `${work} {bar} {value}/{total} ${things}, {eta_formatted} left`;
  const bar = new SingleBar(
    { format, stream: process.stderr, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    update: (done) => {
      bar.update(done);
    },
    stop: () => {
      bar.stop();
    },
  };
}
