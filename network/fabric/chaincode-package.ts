/** A chaincode package of type ccaas: what a peer installs in order to know where the chaincode listens. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type KeyPair } from '../identity/authority';

export interface ChaincodePackage {
  readonly label: string;
  /** The package id: the same for everybody who packages the same. The chaincode registers with it. */
  readonly id: string;
  /** A tar.gz, as `peer lifecycle chaincode install` takes it. */
  readonly bytes: Buffer;
}

/** How a peer and its chaincode know each other, all PEM. */
export interface ChaincodeTls {
  /** The CA of the chaincode's certificate. */
  readonly caPem: string;
  /** What the peer shows to the chaincode. */
  readonly client: KeyPair;
}

/**
 * Packages a chaincode.
 * @param address where it listens: `host:port` or `unix:/path`
 * @param tls absent: plain text, for a socket that only its owner can open
 */
export function packageChaincode(name: string, version: string, address: string, tls?: ChaincodeTls): ChaincodePackage {
  const label = `${name}_${version}`;
  const connection = { address, dial_timeout: '10s', ...tlsFields(tls) };
  const code = targz({ 'connection.json': Buffer.from(JSON.stringify(connection)) });
  const metadata = Buffer.from(JSON.stringify({ path: '', type: 'ccaas', label }));
  const bytes = targz({ 'metadata.json': metadata, 'code.tar.gz': code });
  return { label, id: `${label}:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
}

/** In the words of Fabric's builder for chaincode as a service. */
function tlsFields(tls: ChaincodeTls | undefined): object {
  if (tls === undefined) return { tls_required: false };
  const { caPem, client } = tls;
  return {
    ...{ tls_required: true, client_auth_required: true, root_cert: caPem },
    ...{ client_cert: client.certPem, client_key: client.keyPem },
  };
}

/** The same for the same content: no times, no owner. */
function targz(files: Readonly<Record<string, Buffer>>): Buffer {
  const entries = Object.entries(files).flatMap(([name, content]) => [header(name, content.length), padded(content)]);
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]));
}

const BLOCK = 512;

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

/** The header of a regular file in the ustar format (POSIX.1-1988). */
function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  block.write(name, 0);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  // The sum is taken with blanks in its own place.
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
