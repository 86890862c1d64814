/** The real fabric-gateway client of one organisation, signing with node:crypto. */
import { createPrivateKey, sign as ecdsaSign } from 'node:crypto';
import * as grpc from '@grpc/grpc-js';
import { connect, type Contract, type Gateway, hash, type Network, type Signer } from '@hyperledger/fabric-gateway';
import { type Connection } from '../../connection';
import { enrol, type EnrolledIdentity } from '../../identity/enrolment';

export interface TestClient {
  readonly gateway: Gateway;
  readonly network: Network;
  readonly contract: Contract;
  close(): void;
}

const P256_ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** Signs with low S, which Fabric demands and OpenSSL does not make by itself. */
export function newSigner(privateKeyPem: string): Signer {
  const key = createPrivateKey(privateKeyPem);
  return (message) => {
    const raw = ecdsaSign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
    const s = BigInt(`0x${raw.subarray(32).toString('hex')}`);
    const low = s > P256_ORDER / 2n ? P256_ORDER - s : s;
    return Promise.resolve(der(raw.subarray(0, 32), Buffer.from(low.toString(16).padStart(64, '0'), 'hex')));
  };
}

function der(r: Buffer, s: Buffer): Buffer {
  const integers = [r, s].map((number) => {
    const start = number.findIndex((byte) => byte !== 0);
    const digits = number.subarray(start);
    const padded = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
    return Buffer.concat([Buffer.from([2, padded.length]), padded]);
  });
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

/** Connects a client of the organisation to its first peer, or another. */
export async function connectClient(
  home: string,
  connection: Connection,
  organization: string,
  overrides: { readonly identity?: EnrolledIdentity; readonly signer?: Signer; readonly peer?: number } = {},
): Promise<TestClient> {
  const identity = overrides.identity ?? (await enrol(home, organization, { name: 'tester', attributes: {} }));
  const peer = connection.organizations.find(({ name }) => name === organization)?.peers[overrides.peer ?? 0];
  if (peer === undefined) throw new Error(`no peer of ${organization}`);
  const client = new grpc.Client(peer.endpoint, grpc.credentials.createSsl(Buffer.from(peer.tlsCaPem)), {
    'grpc.ssl_target_name_override': peer.serverName,
    'grpc.max_receive_message_length': -1,
  });
  const deadline = (): grpc.CallOptions => ({ deadline: Date.now() + 20_000 });
  const gateway = connect({
    client,
    identity: { mspId: identity.mspId, credentials: Buffer.from(identity.certificatePem) },
    signer: overrides.signer ?? newSigner(identity.privateKeyPem),
    hash: hash.none,
    evaluateOptions: deadline,
    endorseOptions: deadline,
    submitOptions: deadline,
    commitStatusOptions: deadline,
  });
  const network = gateway.getNetwork(connection.channel);
  return {
    gateway,
    network,
    contract: network.getContract(connection.chaincode),
    close: () => {
      gateway.close();
      client.close();
    },
  };
}
