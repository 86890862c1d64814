/** The chaincode's own policy, as `_lifecycle` tells it. */
import { describe, expect, test } from '@jest/globals';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeStub } from 'fabric-shim-api';
import { OWN_POLICY } from '../testing/endorsement';
import { definitionOf, definitionWith, signedProposalOf } from '../testing/peer-stub';
import { ownEndorsementPolicy } from './chaincode-definition';
import { PolicyError } from './endorsement-policy';

type Answer = Readonly<{ status: number; message?: string; payload?: Uint8Array }>;

/** A transaction that a client called `called` for, and in which `_lifecycle` answers so. */
function transaction(answer: Answer, called = 'onepledge') {
  const asked: unknown[] = [];
  const stub = {
    getSignedProposal: () => signedProposalOf(called),
    invokeChaincode: (name: string, [method, question]: readonly [string, Uint8Array], channel: string) => {
      const args = peer.lifecycle.QueryChaincodeDefinitionArgs.deserializeBinary(question);
      asked.push([name, method, args.getName(), channel]);
      return Promise.resolve(answer);
    },
  };
  return { stub: stub as unknown as ChaincodeStub, asked };
}

describe("the chaincode's own endorsement policy", () => {
  test('is asked of the definition in force, on the same channel', async () => {
    const { stub, asked } = transaction(definitionOf(OWN_POLICY));
    expect(await ownEndorsementPolicy(stub, 'onepledge')).toEqual(OWN_POLICY);
    expect(asked).toEqual([['_lifecycle', 'QueryChaincodeDefinition', 'onepledge', '']]);
  });

  test("that refers to the channel's cannot be part of a key's", async () => {
    const { stub } = transaction(
      definitionWith((policy) => {
        policy.setChannelConfigPolicyReference('/Channel/Application/Endorsement');
      }),
    );
    await expect(ownEndorsementPolicy(stub, 'onepledge')).rejects.toThrow('not /Channel/Application/Endorsement');
  });

  test('is not known of a chaincode that is not defined', async () => {
    const { stub } = transaction({ status: 404, message: 'namespace onepledge is not defined' });
    await expect(ownEndorsementPolicy(stub, 'onepledge')).rejects.toThrow(PolicyError);
  });

  test('is not asked for another chaincode, which may have called this one', async () => {
    const { stub, asked } = transaction({ status: 200 }, 'other');
    await expect(ownEndorsementPolicy(stub, 'onepledge')).rejects.toThrow('was called as other');
    expect(asked).toEqual([]);
  });
});
