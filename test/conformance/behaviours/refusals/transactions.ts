/** Transactions that were changed after their endorsement: they come into a block, are invalid there and change nothing. */
import { createHash } from 'node:crypto';
import { flipS } from '@onepledge/network';
import { peer } from '@hyperledger/fabric-protos';
import { evaluate, inOrder } from '../../acts';
import { type Act, type Behaviour } from '../../behaviour';
import { submitTransaction, type TransactionParts } from '../../raw';
import { type Client } from '../../world';
import { READ, WRITE } from './calls';

const NOTHING_WRITTEN = { result: '' } as const;

/** Such a transaction, and what is read afterwards. */
function invalid(change: (parts: TransactionParts, client: Client) => unknown): Act {
  return inOrder(submitTransaction(WRITE, change), evaluate(READ));
}

export const transactions: readonly Behaviour[] = [
  {
    name: 'a result that was changed after it was endorsed',
    call: invalid(({ action }) => {
      const text = Buffer.from(action.getResults_asU8()).toString('latin1').replace('x', 'y');
      action.setResults(Buffer.from(text, 'latin1'));
    }),
    expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, NOTHING_WRITTEN] },
  },
  {
    name: 'a read-write set that is none',
    call: invalid(({ action }) => {
      action.setResults(Buffer.from([18, 9]));
    }),
    expect: { each: [{ validation: 'BAD_RWSET' }, NOTHING_WRITTEN] },
  },
  {
    name: 'an answer that was changed after it was endorsed',
    call: invalid(({ action }) => action.getResponse()?.setPayload(Buffer.from('more'))),
    expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, NOTHING_WRITTEN] },
  },
  {
    name: 'an endorsement too few',
    call: invalid(({ endorsed }) => {
      endorsed.setEndorsementsList(endorsed.getEndorsementsList().slice(1));
    }),
    expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, NOTHING_WRITTEN] },
  },
  {
    name: 'no endorsement at all',
    call: invalid(({ endorsed }) => {
      endorsed.setEndorsementsList([]);
    }),
    expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, NOTHING_WRITTEN] },
  },
  {
    name: 'one endorsement twice instead of two',
    call: invalid(({ endorsed }) => {
      const [first] = endorsed.getEndorsementsList();
      endorsed.setEndorsementsList(first === undefined ? [] : [first, first]);
    }),
    expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, NOTHING_WRITTEN] },
  },
  {
    name: 'an endorsement by a client',
    call: invalid(({ endorsed, response, action }, { signer }) => {
      response.setExtension$(action.serializeBinary());
      const endorsement = new peer.Endorsement();
      endorsement.setEndorser(signer.serialized);
      endorsement.setSignature(signer.sign(Buffer.concat([response.serializeBinary(), signer.serialized])));
      endorsed.setEndorsementsList([...endorsed.getEndorsementsList().slice(0, 1), endorsement]);
    }),
    expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, NOTHING_WRITTEN] },
  },
  {
    name: 'an endorsement whose signature has a high S',
    call: invalid(({ endorsed }) => {
      const [first] = endorsed.getEndorsementsList();
      first?.setSignature(flipS(first.getSignature_asU8()) ?? new Uint8Array());
    }),
    expect: { each: [{ validation: 'ENDORSEMENT_POLICY_FAILURE' }, NOTHING_WRITTEN] },
  },
  {
    name: 'a wrong endorsement beside enough right ones does no harm',
    call: submitTransaction(
      WRITE,
      ({ endorsed }) => {
        const endorsement = new peer.Endorsement();
        endorsement.setEndorser(Buffer.from('nobody'));
        endorsement.setSignature(Buffer.from('nothing'));
        endorsed.setEndorsementsList([endorsement, ...endorsed.getEndorsementsList()]);
      },
      {},
    ),
    expect: { validation: 'VALID' },
  },
  {
    name: 'other arguments than those that were endorsed',
    call: invalid(({ actionPayload }) => {
      actionPayload.setChaincodeProposalPayload(Buffer.from('other'));
    }),
    expect: { each: [{ validation: 'INVALID_ENDORSER_TRANSACTION' }, NOTHING_WRITTEN] },
  },
  {
    name: 'two actions in one transaction',
    call: invalid(({ transaction }) => {
      const [only] = transaction.getActionsList();
      if (only !== undefined) transaction.setActionsList([only, only.clone()]);
    }),
    expect: { each: [{ validation: 'INVALID_ENDORSER_TRANSACTION' }, NOTHING_WRITTEN] },
  },
  {
    name: 'a transaction under an identifier that is not its own',
    call: invalid(({ channelHeader }) => {
      const made = createHash('sha256').update(channelHeader.getTxId()).digest('hex');
      channelHeader.setTxId(made);
    }),
    expect: { each: [{ validation: 'BAD_PROPOSAL_TXID' }, NOTHING_WRITTEN] },
  },
  {
    name: 'a transaction of another epoch',
    call: invalid(({ channelHeader }) => {
      channelHeader.setEpoch(7);
    }),
    expect: { each: [{ validation: 'BAD_COMMON_HEADER' }, NOTHING_WRITTEN] },
  },
  {
    name: 'a result that names another chaincode than the header',
    call: invalid(({ action }) => action.getChaincodeId()?.setName('any')),
    expect: { each: [{ validation: 'INVALID_CHAINCODE' }, NOTHING_WRITTEN] },
  },
  {
    name: 'a result without the version of its chaincode',
    call: invalid(({ action }) => action.getChaincodeId()?.setVersion('')),
    expect: { each: [{ validation: 'INVALID_CHAINCODE' }, NOTHING_WRITTEN] },
  },
  {
    name: 'a result that names no chaincode',
    call: invalid(({ action }) => {
      action.setChaincodeId(undefined);
    }),
    expect: { each: [{ validation: 'INVALID_OTHER_REASON' }, NOTHING_WRITTEN] },
  },
  {
    name: 'an event under the name of another chaincode',
    call: invalid(({ action }) => {
      const event = new peer.ChaincodeEvent();
      event.setChaincodeId('any');
      event.setEventName('forged');
      action.setEvents(event.serializeBinary());
    }),
    expect: { each: [{ validation: 'INVALID_OTHER_REASON' }, NOTHING_WRITTEN] },
  },
];
