/**
 * Makes fabric-shim's disabled log levels free. Its loggers format every line before they look whether its level is shown: up to half of
 * the time of a small transaction. Must run before fabric-shim is loaded, as its modules take their loggers when they load.
 */
import { createRequire } from 'node:module';

type Logger = Record<string, unknown> & { isLevelEnabled(level: string): boolean };
type LoggerModule = { getLogger: (name?: string) => Logger };

const LEVELS = ['info', 'http', 'verbose', 'debug', 'silly'] as const;
const OWNERS = ['fabric-shim', 'fabric-contract-api'] as const;

/** Replaces the methods of the levels that are not shown; `CORE_CHAINCODE_LOGGING_LEVEL` decides which these are, at the start. */
export function quietShim(): void {
  const load = createRequire(__filename);
  for (const owner of OWNERS) {
    const loggers = load(`${owner}/lib/logger.js`) as LoggerModule;
    const { getLogger } = loggers;
    loggers.getLogger = (name) => withoutDisabled(getLogger(name));
  }
}

function withoutDisabled(logger: Logger): Logger {
  for (const level of LEVELS) {
    if (!logger.isLevelEnabled(level)) logger[level] = () => logger;
  }
  return logger;
}
