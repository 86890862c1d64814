/** The thread that PGlite runs in: its statements take the processor, and the gateway answers requests meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadAnswer, ThreadQuestion, ThreadSetting } from './pglite-thread';

const port = parentPort;
if (port === null) throw new Error('this file is run as a thread');
const { folder, settings } = workerData as ThreadSetting;

const database = import('@electric-sql/pglite').then(({ PGlite }) =>
  PGlite.create(folder, { startParams: [...PGlite.defaultStartParams, ...settings] }),
);

async function answer(question: ThreadQuestion): Promise<ThreadAnswer> {
  const { n } = question;
  try {
    const opened = await database;
    if (question.statement === undefined) {
      await opened.close();
      return { n, rows: [] };
    }
    const { rows, affectedRows } = await opened.query(question.statement, [...question.parameters]);
    return affectedRows === undefined ? { n, rows } : { n, rows, affectedRows };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { n, message, code };
  }
}

port.on('message', (question: ThreadQuestion) => {
  void answer(question).then((given) => {
    port.postMessage(given);
    if (question.statement === undefined) port.close();
  });
});
