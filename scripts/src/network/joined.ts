/** Whether one member's nodes are up: they have joined the channels, whoever else is there. */
import type { Readiness } from './readiness';

/** Never throws: what is not there yet is the reason. */
export async function hasJoined(home: string): Promise<Readiness> {
  const { ConnectionError, readConnection } = await import('@onepledge/network');
  try {
    readConnection(home);
    return { ready: true, why: '' };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { ready: false, why: `the nodes have not joined yet: ${error.message}` };
  }
}
