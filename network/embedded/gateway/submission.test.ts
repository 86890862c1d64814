import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import { common, gateway, msp, peer } from '@hyperledger/fabric-protos';
import { StatusCode } from '@hyperledger/fabric-gateway';
import { type TestClient } from '../testing/client';
import { Harness } from '../testing/harness';

describe('what is submitted or proposed by other means than the usual', () => {
  const harness = new Harness();
  let one: TestClient;

  beforeAll(async () => {
    await harness.start();
    one = await harness.client('one');
  });
  afterAll(() => harness.stop());

  test('a transaction that claims an identifier that is not its own is committed as invalid', async () => {
    const endorsed = await one.contract.newProposal('put', { arguments: ['claimed', 'x'] }).endorse();
    const prepared = gateway.PreparedTransaction.deserializeBinary(endorsed.getBytes());
    const envelope = prepared.getEnvelope() ?? new common.Envelope();
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    const header = payload.getHeader() ?? new common.Header();
    const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
    const txId = 'ab'.repeat(32);
    channelHeader.setTxId(txId);
    header.setChannelHeader(channelHeader.serializeBinary());
    payload.setHeader(header);
    envelope.setPayload(payload.serializeBinary());
    prepared.setEnvelope(envelope);
    prepared.setTransactionId(txId);
    const submitted = await one.gateway.newTransaction(prepared.serializeBinary()).submit();
    expect((await submitted.getStatus()).code).toBe(StatusCode.BAD_PROPOSAL_TXID);
  });

  test('an endorsement taken away fails the policy', async () => {
    const endorsed = await one.contract.newProposal('put', { arguments: ['less', 'x'] }).endorse();
    const prepared = gateway.PreparedTransaction.deserializeBinary(endorsed.getBytes());
    const envelope = prepared.getEnvelope() ?? new common.Envelope();
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
    const [action] = transaction.getActionsList();
    const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action?.getPayload_asU8() ?? new Uint8Array());
    const endorsedAction = actionPayload.getAction();
    endorsedAction?.setEndorsementsList(endorsedAction.getEndorsementsList().slice(0, 1));
    action?.setPayload(actionPayload.serializeBinary());
    payload.setData(transaction.serializeBinary());
    envelope.setPayload(payload.serializeBinary());
    prepared.setEnvelope(envelope);
    const submitted = await one.gateway.newTransaction(prepared.serializeBinary()).submit();
    expect((await submitted.getStatus()).code).toBe(StatusCode.ENDORSEMENT_POLICY_FAILURE);
  });

  test('an envelope larger than the channel takes is refused', async () => {
    const endorsed = await one.contract.newProposal('put', { arguments: ['large', 'x'.repeat(6_000_000)] }).endorse();
    const error: unknown = await endorsed.submit().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: grpc.status.ABORTED });
    expect(String(error)).toContain('exceeds maximum allowed 10485760 bytes');
  });

  test('a status is waited for until the client gives up', async () => {
    const transaction = await one.contract.newProposal('put', { arguments: ['never', 'x'] }).endorse();
    const commit = one.gateway.newCommit(statusRequest(transaction.getTransactionId()).serializeBinary());
    const error: unknown = await commit.getStatus({ deadline: Date.now() + 300 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: grpc.status.DEADLINE_EXCEEDED });
  });

  test("a peer's own endorser service answers like the gateway's", async () => {
    const proposal = one.contract.newProposal('put', { arguments: ['direct', 'x'] });
    // Evaluating signs it.
    await proposal.evaluate();
    const proposed = gateway.ProposedTransaction.deserializeBinary(proposal.getBytes());
    const signedProposal = proposed.getProposal() ?? new peer.SignedProposal();
    const endpoint = harness.network.connection.organizations[1]?.peers[0];
    const client = new peer.EndorserClient(
      endpoint?.endpoint ?? '',
      grpc.credentials.createSsl(Buffer.from(endpoint?.tlsCaPem ?? '')),
    );
    try {
      const response = await new Promise<peer.ProposalResponse>((resolve, reject) => {
        client.processProposal(signedProposal, (error, answer) => {
          if (error !== null) reject(error);
          else resolve(answer as peer.ProposalResponse);
        });
      });
      expect(response.getResponse()?.getStatus()).toBe(200);
      expect(response.getEndorsement()?.getSignature_asU8().length).toBeGreaterThan(60);
    } finally {
      client.close();
    }
  });

  /** A commit of a transaction that was never submitted. */
  function statusRequest(txId: string): gateway.SignedCommitStatusRequest {
    const request = new gateway.CommitStatusRequest();
    request.setChannelId('test');
    request.setTransactionId(txId);
    const { mspId, credentials } = one.gateway.getIdentity();
    const identity = new msp.SerializedIdentity();
    identity.setMspid(mspId);
    identity.setIdBytes(credentials);
    request.setIdentity(identity.serializeBinary());
    const all = new gateway.SignedCommitStatusRequest();
    all.setRequest(request.serializeBinary());
    return all;
  }
});
