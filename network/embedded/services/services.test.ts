import { setTimeout as sleep } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as ab from '@hyperledger/fabric-protos/lib/orderer/ab_pb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol } from '../../identity/enrolment';
import { ensureMaterial } from '../../identity/material';
import { createSigner } from '../../identity/signer';
import { type Signer } from '../../identity/types';
import { type TestClient } from '../testing/client';
import { Harness } from '../testing/harness';
import { converse, signedEnvelope } from '../testing/stream';
import { decodeBlock, headerBytes } from '../wire/block';
import { HeaderType } from '../wire/common';
import { asBuffer } from '../wire/protobuf';

const PEER = '/protos.Deliver/Deliver';
const ORDERER = '/orderer.AtomicBroadcast/Deliver';
const BROADCAST = '/orderer.AtomicBroadcast/Broadcast';

/** How long a certificate of the development CA is good, and how long the one of the test still is. */
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const SESSION_MS = 4_000;

const harness = new Harness();
let client: TestClient;
let signer: Signer;
let peer: grpc.Client;
let orderer: grpc.Client;

beforeAll(async () => {
  await harness.start();
  client = await harness.client('one');
  for (const value of ['1', '2', '3']) await client.contract.submitTransaction('put', 'key', value);
  const identity = await enrol(harness.home, 'one', { name: 'reader', attributes: {} });
  signer = createSigner(identity.mspId, identity.certificatePem, identity.privateKeyPem);
  const { organizations, orderers } = harness.network.connection;
  peer = dial(organizations[0]?.peers[0]);
  orderer = dial(orderers[0]);
});
afterAll(async () => {
  peer.close();
  orderer.close();
  await harness.stop();
});

function dial(node: { endpoint: string; tlsCaPem: string; serverName: string } | undefined): grpc.Client {
  if (node === undefined) throw new Error('no such node');
  return new grpc.Client(node.endpoint, grpc.credentials.createSsl(Buffer.from(node.tlsCaPem)), {
    'grpc.ssl_target_name_override': node.serverName,
  });
}

function position(number: number): ab.SeekPosition {
  const specified = new ab.SeekSpecified();
  specified.setNumber(number);
  const seek = new ab.SeekPosition();
  seek.setSpecified(specified);
  return seek;
}

function seek(start: number, stop: number): Uint8Array {
  const info = new ab.SeekInfo();
  info.setStart(position(start));
  info.setStop(position(stop));
  info.setBehavior(ab.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY);
  return signedEnvelope(HeaderType.DELIVER_SEEK_INFO, 'test', info.serializeBinary(), signer).serializeBinary();
}

/** Numbers of blocks and statuses, in their order. */
function told(responses: readonly Buffer[]): readonly string[] {
  return responses.map((bytes) => {
    const response = ab.DeliverResponse.deserializeBinary(bytes);
    const number = response.getBlock()?.getHeader()?.getNumber();
    return number === undefined ? `status ${response.getStatus()}` : `block ${number}`;
  });
}

describe('deliver', () => {
  test('serves several requests on one stream, in turn', async () => {
    const responses = await converse(peer, PEER, [seek(0, 1), seek(2, 2)]);

    expect(told(responses)).toEqual(['block 0', 'block 1', 'status 200', 'block 2', 'status 200']);
  });

  test('ends the stream at the first request that fails', async () => {
    const responses = await converse(peer, PEER, [seek(0, 0), seek(2, 1), seek(1, 1)]);

    expect(told(responses)).toEqual(['block 0', 'status 200', 'status 400']);
  });

  test("ends the session with the client's certificate, at the next block", async () => {
    // Given a certificate that is good for some seconds more, and a stream that waits for blocks.
    const now = Date.now();
    const issued = new Date(now - YEAR_MS + SESSION_MS);
    const identity = await enrol(harness.home, 'one', { name: 'passing', attributes: {} }, issued);
    const passing = createSigner(identity.mspId, identity.certificatePem, identity.privateKeyPem);
    const info = new ab.SeekInfo();
    info.setStart(position(harness.network.height('test')));
    info.setStop(position(Number.MAX_SAFE_INTEGER));
    const request = signedEnvelope(HeaderType.DELIVER_SEEK_INFO, 'test', info.serializeBinary(), passing);
    const responses = converse(peer, PEER, [request.serializeBinary()]);

    // When one block comes before it expires, and another one after.
    await client.contract.submitTransaction('put', 'key', 'before');
    await sleep(Math.max(0, now + SESSION_MS + 1500 - Date.now()));
    await client.contract.submitTransaction('put', 'key', 'after');

    const answers = told(await responses);
    expect(answers.at(-1)).toBe('status 403');
    expect(answers).not.toContain(`block ${harness.network.height('test') - 1}`);
  });

  test('refuses a request whose timestamp is far off', async () => {
    const info = new ab.SeekInfo();
    const old = new Date(Date.now() - 16 * 60 * 1000);

    const responses = await converse(peer, PEER, [
      signedEnvelope(HeaderType.DELIVER_SEEK_INFO, 'test', info.serializeBinary(), signer, old).serializeBinary(),
    ]);

    expect(told(responses)).toEqual(['status 400']);
  });
});

describe('the orderer', () => {
  test('signs its blocks: the signature covers the header and is of its enrolment certificate', async () => {
    const [response] = await converse(orderer, ORDERER, [seek(2, 2)]);
    const block = ab.DeliverResponse.deserializeBinary(response ?? new Uint8Array()).getBlock();
    const [entry, lastConfig, filter] = block?.getMetadata()?.getMetadataList_asU8() ?? [];
    const metadata = common.Metadata.deserializeBinary(entry ?? new Uint8Array());
    const [signature] = metadata.getSignaturesList();
    const header = common.SignatureHeader.deserializeBinary(signature?.getSignatureHeader_asU8() ?? new Uint8Array());
    const { header: read } = decodeBlock(asBuffer(block?.serializeBinary() ?? new Uint8Array()));
    const signed = [metadata.getValue_asU8(), signature?.getSignatureHeader_asU8() ?? [], headerBytes(read)];

    const registry = (await ensureMaterial(harness.consortium, harness.home)).mspRegistry();
    const identity = registry.identify(header.getCreator_asU8(), new Date());

    expect(identity).toMatchObject({ mspId: 'OrdererMSP', role: 'orderer' });
    const bytes = Buffer.concat(signed.map((part) => Buffer.from(part)));
    expect(identity.verify(bytes, signature?.getSignature_asU8() ?? new Uint8Array())).toBe(true);
    expect([lastConfig?.length, filter?.length]).toEqual([0, 0]);
  });

  test('answers each envelope, and ends the stream at the first refusal', async () => {
    const message = (channel: string): Uint8Array =>
      signedEnvelope(HeaderType.ENDORSER_TRANSACTION, channel, Buffer.from('x'), signer).serializeBinary();

    const responses = await converse(orderer, BROADCAST, [message('test'), message('nowhere'), message('test')]);

    const statuses = responses.map((bytes) => {
      const response = ab.BroadcastResponse.deserializeBinary(bytes);
      return [response.getStatus(), response.getInfo()];
    });
    expect(statuses).toEqual([
      [200, ''],
      [400, 'channel does not exist'],
    ]);
  });
});
