/** A node's operations endpoint: its health and metrics, over mutual TLS. */
import { readFileSync } from 'node:fs';
import { callHttps, type HttpsAnswer } from './https-call';
import { nodePaths } from './node-folder';
import { type NodeState } from './node-states';

/** What a node says of itself. */
export interface NodeHealth {
  readonly healthy: boolean;
  /** Why not; empty when it is healthy. */
  readonly why: string;
}

const CALL_WITHIN_MS = 10_000;

/** Asks `/healthz`. Never throws: what goes wrong is the reason. */
export async function askHealth(node: Pick<NodeState, 'folder' | 'operationsPort'>): Promise<NodeHealth> {
  try {
    const { status, text } = await askOperations(node, '/healthz');
    return status === 200 ? { healthy: true, why: '' } : { healthy: false, why: failedChecks(text) };
  } catch (error) {
    return { healthy: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Asks for a page such as `/metrics` as the node itself: its own certificate is of the CA that the endpoint wants.
 * @throws Error when it gives no answer
 */
export function askOperations(
  { folder, operationsPort }: Pick<NodeState, 'folder' | 'operationsPort'>,
  path: string,
): Promise<HttpsAnswer> {
  const { tlsCa, tlsCertificate, tlsKey } = nodePaths(folder);
  const options = {
    ...{ host: '127.0.0.1', servername: 'localhost', port: operationsPort, path, agent: false },
    ca: readFileSync(tlsCa),
    cert: readFileSync(tlsCertificate),
    key: readFileSync(tlsKey),
  };
  return callHttps(options, CALL_WITHIN_MS);
}

/** `{"failed_checks":[{"component":"docker","reason":"…"}]}` in words. */
function failedChecks(text: string): string {
  try {
    const { failed_checks: failed } = JSON.parse(text) as {
      failed_checks?: readonly { component: string; reason: string }[];
    };
    return (failed ?? []).map(({ component, reason }) => `${component}: ${reason}`).join('; ') || text;
  } catch {
    return text;
  }
}
