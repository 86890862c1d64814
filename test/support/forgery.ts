/**
 * Members that work together against another: whoever owns a peer's key endorses what it likes, whatever the chaincode says. Transactions
 * made so are valid in every way but those that the ledger itself checks.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Gateway, StatusCode } from '@hyperledger/fabric-gateway';
import { common, gateway as wire, ledger, peer } from '@hyperledger/fabric-protos';
import {
  type Connection,
  enrol,
  ensureMaterial,
  loadConsortium,
  type NetworkMaterial,
  readConnection,
} from '@onepledge/network';
import { connectAt, type GatewayClient } from './gateway-client';
import { ROOT } from './root';

const { KVMetadataEntry, KVMetadataWrite, KVRWSet, KVWrite } = ledger.rwset.kvrwset;

/** A change of the world state: a new value (null deletes; made of the transaction's time, if need be), a new endorsement policy of the key, or both. */
export type ForgedWrite = Readonly<{
  key: string;
  value?: string | null | ((at: string) => string);
  policy?: Uint8Array;
}>;

const CODES = new Map(Object.entries(StatusCode).map(([name, code]) => [code, name]));

/** Makes transactions by the keys of the members' peers. */
export class Forger {
  readonly #connection: Connection;
  readonly #material: NetworkMaterial;
  readonly #home: string;
  readonly #sessions = new Map<string, GatewayClient>();

  private constructor(home: string, material: NetworkMaterial) {
    this.#home = home;
    this.#material = material;
    this.#connection = readConnection(home);
  }

  /** @param home of a running network, whoever of its members' folders are in it */
  static async open(home: string): Promise<Forger> {
    const consortium = loadConsortium(join(ROOT, 'network', 'consortium.yaml'));
    return new Forger(home, await ensureMaterial(consortium, home));
  }

  /** All members' names. */
  get members(): readonly string[] {
    return this.#connection.organizations.map(({ name }) => name);
  }

  /**
   * Writes to the chaincode's state, endorsed by these members' peers and submitted by the first.
   * @returns the validation code
   */
  async submit(members: readonly string[], ...writes: readonly ForgedWrite[]): Promise<string> {
    const [creator = ''] = members;
    const gateway = await this.#gateway(creator);
    const { channel, chaincode } = this.#connection;
    const proposal = gateway.getNetwork(channel).getContract(chaincode).newProposal('commands:execute');
    const proposed = wire.ProposedTransaction.deserializeBinary(proposal.getBytes());
    const { header, payload } = partsOf(proposed.getProposal()?.getProposalBytes_asU8());
    const response = new peer.ProposalResponsePayload();
    response.setProposalHash(
      sha256(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), payload.serializeBinary()),
    );
    response.setExtension$(actionOf(chaincode, writes, timeOf(header)).serializeBinary());
    const endorsed = new peer.ChaincodeEndorsedAction();
    endorsed.setProposalResponsePayload(response.serializeBinary());
    endorsed.setEndorsementsList(members.map((name) => this.#endorse(name, response.serializeBinary())));
    const action = new peer.ChaincodeActionPayload();
    action.setChaincodeProposalPayload(payload.serializeBinary());
    action.setAction(endorsed);
    const prepared = preparedTransaction(header, action);
    prepared.setTransactionId(proposal.getTransactionId());
    const commit = await gateway.newTransaction(prepared.serializeBinary()).submit();
    const { code } = await commit.getStatus();
    return CODES.get(code) ?? String(code);
  }

  /**
   * Has the chaincode itself carry out a command of a member, endorsed by the peers of these members only.
   * @returns the validation code
   */
  async execute(member: string, command: object, endorsers: readonly string[]): Promise<string> {
    const gateway = await this.#gateway(member);
    const { channel, chaincode } = this.#connection;
    const contract = gateway.getNetwork(channel).getContract(chaincode);
    const proposal = contract.newProposal('commands:execute', {
      arguments: [JSON.stringify({ commands: [command] })],
      endorsingOrganizations: endorsers.map((name) => this.#material.organization(name).mspId),
    });
    const commit = await (await proposal.endorse()).submit();
    const { code } = await commit.getStatus();
    return CODES.get(code) ?? String(code);
  }

  /**
   * What the chaincode itself answers to a command or query under a certificate of a member's own CA, whatever that has written into it. Nothing is ordered.
   * @param attributes of the certificate
   * @returns the result, as the contract's function answers it
   */
  async asked(
    member: string,
    attributes: Readonly<Record<string, string>>,
    asked: Readonly<{ command: object } | { query: object }>,
  ): Promise<Readonly<{ ok: boolean; value?: unknown; problem?: Readonly<{ code: string }> }>> {
    const gateway = await this.#gateway(member, attributes);
    const { channel, chaincode } = this.#connection;
    const contract = gateway.getNetwork(channel).getContract(chaincode);
    const [name, list] =
      'command' in asked
        ? ['commands:execute', { commands: [asked.command] }]
        : ['queries:evaluate', { queries: [asked.query] }];
    const answer = JSON.parse(
      Buffer.from(await contract.evaluateTransaction(name, JSON.stringify(list))).toString(),
    ) as {
      results: [{ ok: boolean }];
    };
    return answer.results[0];
  }

  /** What a transaction wrote under a key, as it stands in its block. @throws Error when it wrote no such key */
  async written(transactionId: string, key: string): Promise<string> {
    const gateway = await this.#gateway('platform');
    const { channel, chaincode } = this.#connection;
    const blocks = gateway.getNetwork(channel).getContract('qscc');
    const bytes = await blocks.evaluateTransaction('GetTransactionByID', channel, transactionId);
    const envelope = peer.ProcessedTransaction.deserializeBinary(bytes).getTransactionenvelope();
    const payload = common.Payload.deserializeBinary(envelope?.getPayload_asU8() ?? new Uint8Array());
    const [first] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
    const endorsed = peer.ChaincodeActionPayload.deserializeBinary(first?.getPayload_asU8() ?? new Uint8Array());
    const response = peer.ProposalResponsePayload.deserializeBinary(
      endorsed.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
    );
    const results = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()).getResults_asU8();
    const write = ledger.rwset.TxReadWriteSet.deserializeBinary(results)
      .getNsRwsetList()
      .filter((set) => set.getNamespace() === chaincode)
      .flatMap((set) => KVRWSet.deserializeBinary(set.getRwset_asU8()).getWritesList())
      .find((one) => one.getKey() === key);
    if (write === undefined) throw new Error(`transaction ${transactionId} wrote no ${JSON.stringify(key)}`);
    return Buffer.from(write.getValue_asU8()).toString('utf8');
  }

  close(): void {
    for (const session of this.#sessions.values()) session.close();
  }

  #endorse(name: string, payload: Uint8Array): peer.Endorsement {
    const { peer: signer } = this.#material.organization(name);
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(signer.serialized);
    endorsement.setSignature(signer.sign(Buffer.concat([payload, signer.serialized])));
    return endorsement;
  }

  async #gateway(name: string, attributes: Readonly<Record<string, string>> = {}): Promise<Gateway> {
    const key = JSON.stringify([name, attributes]);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known.gateway;
    const enrolled = await enrol(this.#home, name, { name: 'forger', attributes });
    const session = connectAt(this.#connection.organizations, name, enrolled);
    this.#sessions.set(key, session);
    return session.gateway;
  }
}

function partsOf(bytes: Uint8Array = new Uint8Array()): {
  header: common.Header;
  payload: peer.ChaincodeProposalPayload;
} {
  const proposal = peer.Proposal.deserializeBinary(bytes);
  return {
    header: common.Header.deserializeBinary(proposal.getHeader_asU8()),
    payload: peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8()),
  };
}

/** A transaction's time, as the chaincode tells it. */
function timeOf(header: common.Header): string {
  const time = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()).getTimestamp()?.toDate();
  return (time ?? new Date(0)).toISOString();
}

function actionOf(chaincode: string, writes: readonly ForgedWrite[], at: string): peer.ChaincodeAction {
  const set = new KVRWSet();
  for (const { key, value, policy } of writes) {
    if (value !== undefined) {
      const write = new KVWrite();
      write.setKey(key);
      write.setIsDelete(value === null);
      if (value !== null) write.setValue(Buffer.from(typeof value === 'string' ? value : value(at)));
      set.addWrites(write);
    }
    if (policy === undefined) continue;
    const entry = new KVMetadataEntry();
    entry.setName('VALIDATION_PARAMETER');
    entry.setValue(policy);
    const write = new KVMetadataWrite();
    write.setKey(key);
    write.setEntriesList([entry]);
    set.addMetadataWrites(write);
  }
  const namespace = new ledger.rwset.NsReadWriteSet();
  namespace.setNamespace(chaincode);
  namespace.setRwset(set.serializeBinary());
  const results = new ledger.rwset.TxReadWriteSet();
  results.setDataModel(ledger.rwset.TxReadWriteSet.DataModel.KV);
  results.setNsRwsetList([namespace]);
  const response = new peer.Response();
  response.setStatus(200);
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  id.setVersion('1.0');
  const action = new peer.ChaincodeAction();
  action.setResults(results.serializeBinary());
  action.setResponse(response);
  action.setChaincodeId(id);
  return action;
}

function preparedTransaction(header: common.Header, action: peer.ChaincodeActionPayload): wire.PreparedTransaction {
  const only = new peer.TransactionAction();
  only.setHeader(header.getSignatureHeader_asU8());
  only.setPayload(action.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([only]);
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  const prepared = new wire.PreparedTransaction();
  prepared.setEnvelope(envelope);
  return prepared;
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
}
