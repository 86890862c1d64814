/** One peer's ledger, asked of the peer itself and not of the gateway whose answers are checked against it. */
import { type Network } from '@hyperledger/fabric-gateway';
import * as common from '@hyperledger/fabric-protos/lib/common/common_pb';
import * as ledger from '@hyperledger/fabric-protos/lib/common/ledger_pb';
import * as kvrwset from '@hyperledger/fabric-protos/lib/ledger/rwset/kvrwset/kv_rwset_pb';
import * as rwset from '@hyperledger/fabric-protos/lib/ledger/rwset/rwset_pb';
import * as identities from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import * as events from '@hyperledger/fabric-protos/lib/peer/chaincode_event_pb';
import * as proposals from '@hyperledger/fabric-protos/lib/peer/proposal_pb';
import * as responses from '@hyperledger/fabric-protos/lib/peer/proposal_response_pb';
import * as transactions from '@hyperledger/fabric-protos/lib/peer/transaction_pb';
import { CHAINCODE_EVENT_NAME, DomainEventSchema } from '@onepledge/chaincode/model';
import { enrol, policyFromEnvelope, readConnection, type SignaturePolicy } from '@onepledge/network';
import { connectAt, type GatewayClient } from '../support/gateway-client';

/** What a committed, valid transaction did. */
export type LedgerEvent = Readonly<{ transactionId: string; block: string; type: string; id: string }>;

/** Whose peers have endorsed a transaction, and the policies that it gave to keys. */
export type CommittedTransaction = Readonly<{ endorsers: readonly string[]; policies: readonly SignaturePolicy[] }>;

const CALL_WITHIN_MS = 5_000;
const READ_WITHIN_MS = 60_000;
/** Where a block keeps the hash of all that was done to the state up to it. */
const COMMIT_HASH = 4;

export class PeerLedger {
  readonly #home: string;
  readonly #organization: string;
  #open: GatewayClient | undefined;

  constructor(home: string, organization: string) {
    this.#home = home;
    this.#organization = organization;
  }

  /** The chain's length and its last block's hash. */
  async tip(): Promise<Readonly<{ height: bigint; hash: string }>> {
    const info = ledger.BlockchainInfo.deserializeBinary(await this.#ask('GetChainInfo'));
    return { height: BigInt(info.getHeight()), hash: Buffer.from(info.getCurrentblockhash_asU8()).toString('hex') };
  }

  /** The hash of all that was done to the state up to a block: equal hashes, equal states. */
  async commitHash(block: bigint): Promise<string> {
    const message = common.Block.deserializeBinary(await this.#ask('GetBlockByNumber', block.toString()));
    const metadata = message.getMetadata()?.getMetadataList_asU8()[COMMIT_HASH] ?? new Uint8Array(0);
    return Buffer.from(common.Metadata.deserializeBinary(metadata).getValue_asU8()).toString('hex');
  }

  /** What valid transactions did from one block up to, not including, another. */
  async events(from: bigint, to: bigint): Promise<readonly LedgerEvent[]> {
    const found: LedgerEvent[] = [];
    if (from >= to) return found;
    const network = await this.#network();
    const blocks = await network.getBlockEvents({ startBlock: from });
    const timer = setTimeout(() => {
      blocks.close();
    }, READ_WITHIN_MS);
    let next = from;
    try {
      for await (const block of blocks) {
        found.push(...eventsOf(block));
        next = BigInt(block.getHeader()?.getNumber() ?? 0) + 1n;
        if (next >= to) break;
      }
    } finally {
      clearTimeout(timer);
      blocks.close();
    }
    if (next < to) throw new Error(`the peer of ${this.#organization} gave blocks up to ${next} only`);
    return found;
  }

  /** A transaction that must be valid. @throws Error when it is not, or the peer does not know it */
  async transaction(id: string): Promise<CommittedTransaction> {
    const found = transactions.ProcessedTransaction.deserializeBinary(await this.#ask('GetTransactionByID', id));
    if (found.getValidationcode() !== VALID) throw new Error(`${id} is not valid: code ${found.getValidationcode()}`);
    const payload = common.Payload.deserializeBinary(found.getTransactionenvelope()?.getPayload_asU8() ?? NOTHING);
    const [action] = transactions.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
    return endorsedAction(action?.getPayload_asU8() ?? NOTHING);
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }

  async #ask(name: string, ...args: readonly string[]): Promise<Uint8Array> {
    const network = await this.#network();
    const proposal = network.getContract('qscc').newProposal(name, { arguments: [network.getName(), ...args] });
    return proposal.evaluate();
  }

  async #network(): Promise<Network> {
    const connection = readConnection(this.#home);
    if (this.#open === undefined) {
      const identity = await enrol(this.#home, this.#organization, { name: 'watcher', attributes: {} });
      this.#open = connectAt(connection.organizations, this.#organization, identity, { withinMs: CALL_WITHIN_MS });
    }
    return this.#open.gateway.getNetwork(connection.channel);
  }
}

const VALIDATION_CODES = 2;
const VALID = 0;
const NOTHING = new Uint8Array(0);

function eventsOf(block: common.Block): readonly LedgerEvent[] {
  const codes = block.getMetadata()?.getMetadataList_asU8()[VALIDATION_CODES] ?? new Uint8Array(0);
  const number = String(block.getHeader()?.getNumber() ?? 0);
  return (block.getData()?.getDataList_asU8() ?? []).flatMap((bytes, index) => {
    if (codes[index] !== VALID) return [];
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
    const header = common.ChannelHeader.deserializeBinary(payload.getHeader()?.getChannelHeader_asU8() ?? codes);
    if (header.getType() !== common.HeaderType.ENDORSER_TRANSACTION) return [];
    const action = transactions.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList()[0];
    const { name, told } = eventOf(action?.getPayload_asU8() ?? codes);
    if (name !== CHAINCODE_EVENT_NAME) return [];
    const { events: list } = JSON.parse(told) as { events: unknown[] };
    return list.map((one) => {
      const { type, pledgeId, assetId } = DomainEventSchema.parse(one);
      return { transactionId: header.getTxId(), block: number, type, id: pledgeId ?? assetId ?? '' };
    });
  });
}

/** How the peers name a key's own policy. */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

function endorsedAction(actionPayload: Uint8Array): CommittedTransaction {
  const endorsed = transactions.ChaincodeActionPayload.deserializeBinary(actionPayload).getAction();
  const endorsers = (endorsed?.getEndorsementsList() ?? []).map((one) =>
    identities.SerializedIdentity.deserializeBinary(one.getEndorser_asU8()).getMspid(),
  );
  const response = responses.ProposalResponsePayload.deserializeBinary(
    endorsed?.getProposalResponsePayload_asU8() ?? NOTHING,
  );
  const results = proposals.ChaincodeAction.deserializeBinary(response.getExtension_asU8()).getResults_asU8();
  const policies = rwset.TxReadWriteSet.deserializeBinary(results)
    .getNsRwsetList()
    .flatMap((one) => kvrwset.KVRWSet.deserializeBinary(one.getRwset_asU8()).getMetadataWritesList())
    .flatMap((write) => write.getEntriesList())
    .filter((entry) => entry.getName() === VALIDATION_PARAMETER)
    .map((entry) => policyFromEnvelope(entry.getValue_asU8()));
  return { endorsers, policies };
}

function eventOf(actionPayload: Uint8Array): Readonly<{ name: string; told: string }> {
  const endorsed = transactions.ChaincodeActionPayload.deserializeBinary(actionPayload).getAction();
  const response = responses.ProposalResponsePayload.deserializeBinary(
    endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array(0),
  );
  const action = proposals.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  const event = events.ChaincodeEvent.deserializeBinary(action.getEvents_asU8());
  return { name: event.getEventName(), told: Buffer.from(event.getPayload_asU8()).toString('utf8') };
}
