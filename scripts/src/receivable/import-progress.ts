/** How far an import is: a bar for a person, nothing otherwise. */
import type { Output } from '../cli/output';

export type Progress = Readonly<{ update: (done: number) => void; stop: () => void }>;

/** @param total files */
export async function startProgress(output: Output, total: number): Promise<Progress> {
  if (!output.interactive || total === 0) return { update: () => undefined, stop: () => undefined };
  const { SingleBar, Presets } = await import('cli-progress');
  const format = 'importing {bar} {value}/{total} files, {eta_formatted} left';
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
