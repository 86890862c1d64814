/** Proposals that no peer runs: from wrong creators, with wrong signatures, or in a wrong form. */
import { createHash } from 'node:crypto';
import { flipS } from '@onepledge/network';
import { common, peer } from '@hyperledger/fabric-protos';
import { inOrder, observing, propose } from '../../acts';
import { type Act, type Behaviour, type Expectation } from '../../behaviour';
import { by, type Stranger } from '../../identities';
import { endorseProposal, evaluateProposal, type RawOptions } from '../../raw';
import { READ, unchanged, WRITE } from './calls';

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

const strangers = (stranger: Stranger, options: Parameters<typeof by>[2] = {}): Act =>
  inOrder(by(stranger, 'evaluate', options), by(stranger, 'endorse', options));

/** The transaction's identifier that nonce and creator make. */
function txIdOf(header: common.SignatureHeader): string {
  return createHash('sha256').update(header.getNonce_asU8()).update(header.getCreator_asU8()).digest('hex');
}

const ACCESS_DENIED = 'error validating proposal: access denied: channel [alpha] creator org';

export const proposals: readonly Behaviour[] = [
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
          message: 'error validating proposal: access denied: channel [beta] creator org unknown, creator is malformed',
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
];
