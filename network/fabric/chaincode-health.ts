/** Whether a chaincode process answers: by the handshake of its own TLS, which one that hangs does not end. */
import { connect } from 'node:tls';
import { keptPortsByKey } from './placement';

const ANSWERS_WITHIN_MS = 5_000;

/**
 * Asks a process by the name that it runs under, `chaincode-<organisation>-<chaincode>_<version>`. Never throws.
 * @returns why it is not well; undefined when it answers, or is none of this home's services
 */
export async function askChaincode(home: string, process: string): Promise<string | undefined> {
  const [, port] =
    Object.entries(keptPortsByKey(home)).find(([key]) => `chaincode-${key.replace('/chaincode/', '-')}` === process) ??
    [];
  return port === undefined ? undefined : handshake(port);
}

function handshake(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Nothing is told to it and nothing believed of it: whose certificate it has is the peer's business.
    const socket = connect({ host: 'localhost', port, rejectUnauthorized: false });
    const end = (why?: string) => (): void => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(ANSWERS_WITHIN_MS, end(`no answer within ${ANSWERS_WITHIN_MS / 1000} s`));
    socket.once('secureConnect', end());
    socket.once('error', end('nothing listens there yet'));
  });
}
