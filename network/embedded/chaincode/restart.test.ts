import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { type TestClient } from '../testing/client';
import { Harness } from '../testing/harness';

describe('a chaincode that stops', () => {
  const harness = new Harness();
  let client: TestClient;

  beforeAll(async () => {
    await harness.start({ launchTimeoutMs: 500 });
    client = await harness.client('one');
  });
  afterAll(() => harness.stop());

  async function errorOf(act: Promise<unknown>): Promise<GatewayError> {
    const error: unknown = await act.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(GatewayError);
    return error as GatewayError;
  }

  test('ends its transactions at once, is missed while it is away, and is found again when it returns', async () => {
    await client.contract.submitTransaction('put', 'kept', 'x');
    const hanging = errorOf(client.contract.submitTransaction('hang'));
    const crashing = errorOf(client.contract.submitTransaction('crash'));
    for (const error of await Promise.all([hanging, crashing])) {
      expect(error.code).toBe(status.ABORTED);
      expect(error.details[0]?.message).toContain('chaincode stream terminated');
    }
    await harness.chaincode.ended;
    const missed = await errorOf(client.contract.submitTransaction('put', 'a', 'b'));
    expect(missed.code).toBe(status.ABORTED);
    expect(missed.details[0]?.message).toContain('could not launch chaincode basic');

    await harness.restartChaincode();
    const deadline = Date.now() + 10_000;
    let value: Uint8Array | undefined;
    while (value === undefined && Date.now() < deadline) {
      value = await client.contract.evaluateTransaction('get', 'kept').catch(() => undefined);
    }
    expect(Buffer.from(value ?? []).toString()).toBe('x');
    await client.contract.submitTransaction('put', 'kept', 'y');
  });
});
