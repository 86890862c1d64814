/** Chaincode as a service behind TLS, by packages as real Fabric's peers take them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import pino from 'pino';
import { packageChaincode } from '../../fabric/chaincode-package';
import { type Authority, createAuthority, issueTls, type KeyPair } from '../../identity/authority';
import { connectionOf, parsePackage } from '../packages/package';
import { type ChaincodeMessage, decodeChaincodeMessage, encodeChaincodeMessage, MessageType } from '../wire/shim';
import { ChaincodeStream } from './stream';

const NOW = new Date();
// A ChaincodeID whose name is "x".
const REGISTER = { type: MessageType.REGISTER, payload: Buffer.from([0x12, 1, 0x78]), txId: '', channelId: '' };

describe('a chaincode that wants to know its peer', () => {
  let ca: Authority;
  let server: grpc.Server;
  let address: string;
  let client: KeyPair;

  beforeAll(async () => {
    ca = await createAuthority('ca', 'Org', NOW);
    const names = { dns: ['localhost'], ip: ['127.0.0.1'] };
    const pair = await issueTls(ca, { commonName: 'chaincode', organization: 'Org', names }, NOW);
    client = await issueTls(ca, { commonName: 'peer', organization: 'Org', names }, NOW);
    server = new grpc.Server();
    server.addService(
      {
        Connect: {
          path: '/protos.Chaincode/Connect',
          requestStream: true,
          responseStream: true,
          requestSerialize: encodeChaincodeMessage,
          requestDeserialize: decodeChaincodeMessage,
          responseSerialize: encodeChaincodeMessage,
          responseDeserialize: decodeChaincodeMessage,
        },
      },
      {
        Connect: (call: grpc.ServerDuplexStream<ChaincodeMessage, ChaincodeMessage>) => {
          call.write(REGISTER);
        },
      },
    );
    const keys = [{ cert_chain: Buffer.from(pair.certPem), private_key: Buffer.from(pair.keyPem) }];
    const credentials = grpc.ServerCredentials.createSsl(Buffer.from(ca.pair.certPem), keys, true);
    address = await new Promise((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, port) => {
        if (error === null) resolve(`localhost:${port}`);
        else reject(error);
      });
    });
  });
  afterAll(() => {
    server.forceShutdown();
  });

  function connect(trusted: Authority, shown: KeyPair): ChaincodeStream {
    const { bytes, id } = packageChaincode('x', '1.0', address, { caPem: trusted.pair.certPem, client: shown });
    const { tls } = connectionOf(parsePackage(bytes));
    const limits = { executeTimeoutMs: 1_000, launchTimeoutMs: 1_000 };
    return new ChaincodeStream({ address, tls, packageId: id, ...limits, logger: pino({ level: 'silent' }) });
  }

  test('takes the peer of its package', async () => {
    const stream = connect(ca, client);
    await stream.whenReady(10_000);
    expect(stream.isReady).toBe(true);
    stream.close();
  });

  test('takes no other, and is not taken for another', async () => {
    const other = await createAuthority('other', 'Org', NOW);
    const request = { commonName: 'peer', organization: 'Org', names: { dns: ['localhost'], ip: [] } };
    const streams = [connect(ca, await issueTls(other, request, NOW)), connect(other, client)];
    for (const stream of streams) {
      await expect(stream.whenReady(1_000)).rejects.toThrow('could not launch chaincode x_1.0');
      stream.close();
    }
  });
});
