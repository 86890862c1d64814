/** How far long work is: a bar for a person, nothing otherwise. */
import type { Output } from './output';

/** `update` takes how many there are as well, where that comes out only as the work begins. */
export type Progress = Readonly<{ update: (done: number, total?: number) => void; stop: () => void }>;

/**
 * @param work what is done, such as `importing`
 * @param things what is counted, such as `files`
 * @param total how many there are, if that is known
 */
export async function startProgress(output: Output, work: string, things: string, total?: number): Promise<Progress> {
  if (!output.interactive || total === 0) return { update: () => undefined, stop: () => undefined };
  const { SingleBar, Presets } = await import('cli-progress');
  const format = `${work} {bar} {value}/{total} ${things}, {eta_formatted} left`;
  const bar = new SingleBar(
    { format, stream: process.stderr, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(total ?? 0, 0);
  return {
    update: (done, all) => {
      if (all !== undefined) bar.setTotal(all);
      bar.update(done);
    },
    stop: () => {
      bar.stop();
    },
  };
}
