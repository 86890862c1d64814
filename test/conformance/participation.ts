/** What an orderer's administrators ask its participation API, for the tables. */
import { request } from 'node:https';
import { ensureMaterial } from '@onepledge/network';
import { common } from '@hyperledger/fabric-protos';
import { shows } from './acts';
import { type Act } from './behaviour';
import { conformanceConsortium } from './consortium';
import { CALL_WITHIN_MS, type World } from './world';

export interface ParticipationCall {
  /** GET when left out. */
  readonly method?: string;
  /** Below `/participation/v1/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Files of a form, by their names. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** The caller shows no certificate. */
  readonly withoutCertificate?: boolean;
}

interface Answer {
  readonly status: number;
  readonly allow: string | undefined;
  readonly body: Buffer;
}

/** Shows the status, the text and, where there are, the methods that are allowed. Heights are left out: they grow. */
export function participation(call: ParticipationCall): Act {
  return async (world) => {
    const { status, allow, body } = await ask(world, call);
    const text = body
      .toString('utf8')
      .trim()
      .replace(/"height":\d+/, '"height":0');
    return shows(world, allow === undefined ? [status, text] : [status, text, allow]);
  };
}

/** Shows which block a fetch brings, and whether there is metadata of a peer's in it. */
export function fetched(path: string): Act {
  return async (world) => {
    const { status, body } = await ask(world, { path });
    if (status !== 200) return shows(world, [status, body.toString('utf8').trim()]);
    const block = common.Block.deserializeBinary(body);
    const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
    const isOrderers = (metadata[common.BlockMetadataIndex.TRANSACTIONS_FILTER]?.length ?? 0) === 0;
    return shows(world, [block.getHeader()?.getNumber() ?? -1, isOrderers ? 'as ordered' : 'as validated']);
  };
}

/** Joins the orderer to a channel whose first block it has itself. */
export function joinAgain(path: string): Act {
  return async (world) => {
    const { body } = await ask(world, { path });
    return participation({ method: 'POST', path: 'channels', files: { 'config-block': body } })(world);
  };
}

/** Shows how a call without a certificate ends. */
export function withoutCertificate(): Act {
  return async (world) => {
    try {
      const { status } = await ask(world, { path: 'channels', withoutCertificate: true });
      return shows(world, status);
    } catch {
      return { status: 'OK', result: 'no connection' };
    }
  };
}

async function ask(world: World, call: ParticipationCall): Promise<Answer> {
  const [orderer] = world.engine.orderers;
  if (orderer?.adminEndpoint === undefined) throw new Error('the network does not tell where administrators call');
  const [host = '', port = ''] = orderer.adminEndpoint.split(':');
  const { tls } = await ordererKeys(world);
  const keys = call.withoutCertificate === true ? {} : { cert: tls.certPem, key: tls.keyPem };
  const form = call.files === undefined ? undefined : formOf(call.files);
  const headers = { ...form?.headers, ...call.headers };
  const path = `/participation/v1/${call.path}`;
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ host, port, path, ca: orderer.tlsCaPem, ...keys, headers, method: call.method ?? 'GET' },
        signal: AbortSignal.timeout(CALL_WITHIN_MS),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, allow: response.headers.allow, body: Buffer.concat(chunks) });
        });
      },
    );
    asked.on('error', reject);
    asked.end(form?.body);
  });
}

/** The orderer's TLS certificate is an administrator's too. */
async function ordererKeys({ engine }: World): Promise<{ readonly tls: { certPem: string; keyPem: string } }> {
  const { orderer } = await ensureMaterial(conformanceConsortium(), engine.home);
  const [node] = orderer.nodes;
  if (node === undefined) throw new Error('there is no orderer');
  return node;
}

function formOf(files: Readonly<Record<string, Uint8Array>>): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
} {
  const boundary = 'the-boundary';
  const parts = Object.entries(files).flatMap(([name, content]) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.block"\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ]);
  return {
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
  };
}
