/** What is not taken: from wrong creators, with wrong signatures, or changed on its way. */
import { createHash } from 'node:crypto';
import { flipS } from '@onepledge/network';
import { common, peer } from '@hyperledger/fabric-protos';
import { endorse, evaluate, inOrder, observing, propose, submit } from '../acts';
import { type Act, type Expectation, type Topic } from '../behaviour';
import { by, type Stranger } from '../identities';
import {
  changedTransaction,
  endorseProposal,
  evaluateProposal,
  type RawOptions,
  submitTransaction,
  type TransactionParts,
} from '../raw';
import { type Client } from '../world';

const READ = ['get', '$k'] as const;
const WRITE = ['put', '$k', 'x'] as const;
const NOTHING_WRITTEN = { result: '' } as const;

/** Evaluate and Endorse refuse with the same word of the peer. */
function refused(message: string | RegExp): Expectation {
  const inGateway = typeof message === 'string' ? `evaluate call to endorser returned error: ${message}` : message;
  return {
    each: [
      { status: 'FAILED_PRECONDITION', stage: 'evaluate', message: inGateway, details: [{ message }] },
      {
        status: 'ABORTED',
        stage: 'endorse',
        message: 'failed to endorse transaction, see attached details for more info',
        details: [{ mspId: 'Org1MSP', message }],
      },
    ],
  };
}

function both(change: Parameters<typeof evaluateProposal>[1], options: RawOptions = {}): Act {
  return inOrder(evaluateProposal(READ, change, options), endorseProposal(WRITE, change, options));
}

const unchanged = (): void => undefined;
const strangers = (stranger: Stranger, options: Parameters<typeof by>[2] = {}): Act =>
  inOrder(by(stranger, 'evaluate', options), by(stranger, 'endorse', options));

/** A transaction that comes into a block, is invalid there and changes nothing. */
function invalid(change: (parts: TransactionParts, client: Client) => unknown): Act {
  return inOrder(submitTransaction(WRITE, change), evaluate(READ));
}

/** The rest of the identifiers' hash, so that the transaction's identifier fits its nonce and creator. */
function txIdOf(header: common.SignatureHeader): string {
  return createHash('sha256').update(header.getNonce_asU8()).update(header.getCreator_asU8()).digest('hex');
}

const ACCESS_DENIED = 'error validating proposal: access denied: channel [alpha] creator org';

export const refusals: Topic = {
  name: 'refusals',
  behaviours: [
    {
      name: "a creator of an MSP that is not the channel's",
      call: strangers({ organization: 'org1', mspId: 'NoMSP' }),
      expect: refused(`${ACCESS_DENIED} unknown, creator is malformed`),
    },
    {
      name: "a creator with another organisation's certificate",
      call: strangers({ organization: 'org2', mspId: 'Org1MSP' }),
      expect: refused(`${ACCESS_DENIED} unknown, creator is malformed`),
    },
    {
      name: 'a creator of an organisation that is not in the channel',
      call: by({ organization: 'org3' }, 'evaluate', { channel: 'beta' }),
      expect: {
        status: 'FAILED_PRECONDITION',
        details: [
          {
            message:
              'error validating proposal: access denied: channel [beta] creator org unknown, creator is malformed',
          },
        ],
      },
    },
    {
      name: 'a certificate that has expired',
      call: strangers({ organization: 'org1', expired: true }),
      expect: {
        each: [
          {
            status: 'UNAVAILABLE',
            message: 'failed to evaluate transaction, see attached details for more info',
            details: [
              { mspId: 'Org1MSP', message: 'proposal client identity expired' },
              { mspId: 'Org2MSP', message: 'rpc error: code = Unknown desc = proposal client identity expired' },
              { mspId: 'Org3MSP', message: 'rpc error: code = Unknown desc = proposal client identity expired' },
            ],
          },
          { status: 'ABORTED', details: [{ mspId: 'Org1MSP', message: 'proposal client identity expired' }] },
        ],
      },
    },
    {
      name: 'a peer as a creator, which may read and not write',
      call: strangers({ organization: 'org1', role: 'peer' }),
      expect: refused(
        'failed evaluating policy on signed data during check policy ' +
          '[/Channel/Application/Writers]: [implicit policy evaluation failed - 0 sub-policies were satisfied, ' +
          "but this policy requires 1 of the 'Writers' sub-policies to be satisfied]",
      ),
    },
    {
      name: "a signature by another's key",
      call: strangers({ organization: 'org1', signedBy: 'another' }),
      expect: refused(`${ACCESS_DENIED} [Org1MSP]`),
    },
    {
      name: 'a signature with a high S',
      call: both(unchanged, { sign: (message, { signer }) => flipS(signer.sign(message)) ?? new Uint8Array() }),
      expect: refused(`${ACCESS_DENIED} [Org1MSP]`),
    },
    {
      name: 'a signature that is none',
      call: both(unchanged, { sign: () => Buffer.from('no signature') }),
      expect: refused(`${ACCESS_DENIED} [Org1MSP]`),
    },
    {
      name: 'a proposal changed after it was signed',
      call: both(unchanged, { sign: (message, { signer }) => signer.sign(Buffer.concat([message, Buffer.from([0])])) }),
      expect: refused(`${ACCESS_DENIED} [Org1MSP]`),
    },
    {
      name: 'a transaction identifier that is not the hash of nonce and creator',
      call: both(({ channelHeader }) => {
        channelHeader.setTxId('00'.repeat(32));
      }),
      expect: refused(
        new RegExp(
          `error validating proposal: incorrectly computed txid '${'00'.repeat(32)}' -- expected '[0-9a-f]{64}'$`,
        ),
      ),
    },
    {
      name: 'another epoch',
      call: both(({ channelHeader }) => {
        channelHeader.setEpoch(1);
      }),
      expect: refused('error validating proposal: epoch is non-zero'),
    },
    {
      name: 'a proposal without a nonce',
      call: both(({ signatureHeader }) => {
        signatureHeader.setNonce('');
      }),
      expect: refused('error validating proposal: nonce is empty'),
    },
    {
      name: 'a proposal without a creator',
      call: both(({ signatureHeader }) => {
        signatureHeader.setCreator('');
      }),
      expect: refused('error validating proposal: creator is empty'),
    },
    {
      name: 'a creator that is no identity',
      call: both((parts) => {
        parts.signatureHeader.setCreator(Buffer.from('nobody'));
        parts.channelHeader.setTxId(txIdOf(parts.signatureHeader));
      }),
      expect: refused(`${ACCESS_DENIED} unknown, creator is malformed`),
    },
    {
      name: 'a proposal of another type',
      call: both(({ channelHeader }) => {
        channelHeader.setType(common.HeaderType.CONFIG_UPDATE);
      }),
      expect: refused('error validating proposal: invalid header type CONFIG_UPDATE'),
    },
    {
      name: 'a proposal of a type that there is not',
      call: both(({ channelHeader }) => {
        channelHeader.setType(99);
      }),
      expect: refused('error validating proposal: invalid header type 99'),
    },
    {
      name: 'a proposal whose header names no chaincode',
      call: both(({ extension }) => {
        extension.setChaincodeId(undefined);
      }),
      expect: refused('ChaincodeHeaderExtension.ChaincodeId is nil'),
    },
    {
      name: 'a proposal whose header names a chaincode without a name',
      call: both(({ extension }) => {
        extension.setChaincodeId(new peer.ChaincodeID());
      }),
      expect: refused('ChaincodeHeaderExtension.ChaincodeId.Name is empty'),
    },
    {
      name: 'a proposal without input',
      call: both(({ invocation }) => invocation.getChaincodeSpec()?.setInput(undefined)),
      expect: refused('chaincode input did not contain any input'),
    },
    {
      name: 'a header that names another chaincode than the call decides which one runs',
      call: evaluateProposal(['get', '$k'], ({ extension }) => {
        const id = new peer.ChaincodeID();
        id.setName('absent');
        extension.setChaincodeId(id);
      }),
      expect: {
        status: 'ABORTED',
        message: 'failed to evaluate transaction, see attached details for more info',
      },
    },
    {
      name: 'a proposal whose transaction is in the ledger',
      call: async (world) => {
        const proposal = await propose(world, WRITE, {});
        const { code } = await (await (await proposal.endorse()).submit()).getStatus();
        if (code !== peer.TxValidationCode.VALID) throw new Error(`the first was ${code}`);
        return observing(world, 'endorse', async () => {
          await proposal.endorse();
          return { status: 'OK' };
        });
      },
      expect: {
        status: 'ABORTED',
        details: [
          { mspId: 'Org1MSP', message: /^duplicate transaction found \[[0-9a-f]{64}\]\. Creator \[[0-9a-f]+\]$/ },
        ],
      },
    },
    {
      name: 'a refused proposal of one who names the organisations, by each of them',
      call: endorseProposal(
        WRITE,
        ({ channelHeader }) => {
          channelHeader.setEpoch(1);
        },
        {
          endorsers: ['Org1MSP', 'Org2MSP'],
        },
      ),
      expect: {
        status: 'ABORTED',
        message: 'failed to collect enough transaction endorsements, see attached details for more info',
        details: [
          { mspId: 'Org1MSP', message: 'error validating proposal: epoch is non-zero' },
          {
            mspId: 'Org2MSP',
            message: 'rpc error: code = Unknown desc = error validating proposal: epoch is non-zero',
          },
        ],
      },
    },
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
    {
      name: 'an envelope signed by another than its creator is not ordered',
      call: submitTransaction(WRITE, unchanged, {
        sign: (message, { signer }) => signer.sign(Buffer.concat([message, Buffer.from([1])])),
      }),
      expect: {
        status: 'ABORTED',
        stage: 'submit',
        message: /^received unsuccessful response from orderer: status=FORBIDDEN, info=/,
      },
    },
    {
      name: 'an envelope for a channel that is not there is not ordered',
      call: submitTransaction(WRITE, ({ channelHeader }) => {
        channelHeader.setChannelId('absent');
      }),
      expect: {
        status: 'FAILED_PRECONDITION',
        stage: 'submit',
        message: 'failed to get config for channel [absent]: could not get last config for channel absent',
      },
    },
    {
      name: 'an envelope whose certificate has expired since it was endorsed is not ordered',
      call: by({ organization: 'org1', expired: true }, 'submit'),
      expect: {
        status: 'ABORTED',
        stage: 'submit',
        message: /^received unsuccessful response from orderer: status=BAD_REQUEST, info=.*identity expired/,
      },
    },
    {
      name: 'the same envelope again changes nothing again',
      call: async (world) => {
        const client = await world.client('org1');
        const endorsed = await (await propose(world, ['add', '$n', '1'], {})).endorse();
        const transaction = changedTransaction(client, endorsed, () => undefined);
        await (await transaction.submit()).getStatus();
        await transaction.submit();
        const { code } = await (
          await (await (await propose(world, ['put', '$after', 'x'], {})).endorse()).submit()
        ).getStatus();
        const seen = await evaluate(['history', '$n'])(world);
        return {
          status: 'OK',
          result: JSON.stringify({ code, writes: (JSON.parse(seen.result ?? '[]') as unknown[]).length }),
        };
      },
      expect: { result: { code: 0, writes: 1 } },
    },
    {
      name: 'endorsed by one who may, and nothing is left of what was refused',
      given: [submit(WRITE)],
      call: inOrder(endorse(['put', '$k', 'again']), evaluate(READ)),
      expect: { each: [{ result: 'written' }, { result: 'x' }] },
    },
  ],
};
