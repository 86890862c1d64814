/** Signals that ask a program in the foreground to stop. */

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Calls `stop` at the first signal; at a later one `hurry`.
 * @returns takes the handlers away
 */
export function onStopSignal(stop: () => void, hurry: () => void): () => void {
  let asked = 0;
  let first = 0;
  const handler = (): void => {
    asked += 1;
    if (asked === 1) {
      first = Date.now();
      stop();
    } else if (Date.now() - first > REPEAT_MS) {
      hurry();
    }
  };
  for (const name of SIGNALS) process.on(name, handler);
  return () => {
    for (const name of SIGNALS) process.removeListener(name, handler);
  };
}

// npm passes on a signal that the whole process group got already: the second one so soon is no impatience.
const REPEAT_MS = 500;
