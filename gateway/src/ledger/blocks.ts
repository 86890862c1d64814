/** Where transactions stand in the chain: block number and position, asked of the peer and remembered, as they never change. */
import { common } from '@hyperledger/fabric-protos';
import type { Principal } from '../auth/principal';
import { BoundedMap } from '../bounded-map';
import { type Signer, Signers } from './signers';

/** A transaction's place: blocks count from 0, positions within a block too. And who signed it, as its envelope says. */
export type Place = Readonly<{ block: bigint; position: number; signer: Signer }>;

/** Asks the system chaincode qscc, as an identity of the channel. */
export interface BlockSource {
  queryBlocks(principal: Principal, name: string, ...args: readonly string[]): Promise<Uint8Array>;
  /** Which of its peers a member is served by now. */
  peerOf(member: string): number;
}

const HEIGHT_AGE_MS = 1000;

export class Blocks {
  readonly #source: BlockSource;
  readonly #places = new BoundedMap<string, Place>(50_000);
  readonly #signers = new Signers();
  readonly #asked = new Map<string, Promise<Place | undefined>>();
  readonly #heights = new Map<string, Readonly<{ at: number; peer: number; height: Promise<bigint> }>>();
  #noted = 0n;

  constructor(source: BlockSource) {
    this.#source = source;
  }

  /** The place of a transaction; undefined for one that the block named does not hold. */
  async placeOf(principal: Principal, transactionId: string): Promise<Place | undefined> {
    const known = this.#places.get(transactionId);
    if (known !== undefined) return known;
    const asked = this.#asked.get(transactionId) ?? this.#ask(principal, transactionId);
    this.#asked.set(transactionId, asked);
    try {
      return await asked;
    } finally {
      this.#asked.delete(transactionId);
    }
  }

  /** Notes that the chain holds this block: whatever is read from now on is read from a peer that has it. */
  noteBlock(block: string): void {
    const height = BigInt(block) + 1n;
    if (height > this.#noted) this.#noted = height;
  }

  /**
   * How many blocks the member's peer has at least: what is read of it from now on is as new as that, or newer. Every peer has a ledger of its
   * own, so each is asked for itself, at most once a second. It holds as long as the member is served by the same peer.
   */
  async height(principal: Principal): Promise<bigint> {
    const { member } = principal;
    const noted = this.#noted;
    const known = this.#heights.get(member);
    const now = performance.now();
    const peer = this.peerOf(principal);
    const asked =
      known !== undefined && known.peer === peer && now - known.at < HEIGHT_AGE_MS
        ? known
        : { at: now, peer, height: this.heightNow(principal) };
    this.#heights.set(member, asked);
    try {
      const height = await asked.height;
      return height > noted ? height : noted;
    } catch (error) {
      this.#heights.delete(member);
      throw error;
    }
  }

  /** Which peer it is that is read from: the next one, after one is gone, may be behind it. */
  peerOf({ member }: Principal): number {
    return this.#source.peerOf(member);
  }

  /** How many blocks the member's peer has now. @throws ProblemError */
  async heightNow(principal: Principal): Promise<bigint> {
    const info = await this.#source.queryBlocks(principal, 'GetChainInfo');
    return BigInt(common.BlockchainInfo.deserializeBinary(info).getHeight());
  }

  /** The ids of a block's transactions, as the member's peer has it now. @throws ProblemError, also where it has no such block */
  async transactionsOf(principal: Principal, block: bigint): Promise<readonly string[]> {
    const bytes = await this.#source.queryBlocks(principal, 'GetBlockByNumber', block.toString());
    return envelopesOf(common.Block.deserializeBinary(bytes)).map(transactionIdOf);
  }

  async #ask(principal: Principal, transactionId: string): Promise<Place | undefined> {
    const block = common.Block.deserializeBinary(
      await this.#source.queryBlocks(principal, 'GetBlockByTxID', transactionId),
    );
    const number = BigInt(block.getHeader()?.getNumber() ?? 0);
    for (const [position, envelope] of envelopesOf(block).entries()) {
      const signer = this.#signers.of(creatorOf(envelope));
      this.#places.set(transactionIdOf(envelope), { block: number, position, signer });
    }
    return this.#places.get(transactionId);
  }
}

/** The envelopes of a block, in its order. */
export function envelopesOf(block: common.Block): readonly Uint8Array[] {
  return block.getData()?.getDataList_asU8() ?? [];
}

/** The id of an envelope's transaction. */
export function transactionIdOf(envelope: Uint8Array): string {
  const header = headerOf(envelope)?.getChannelHeader_asU8() ?? new Uint8Array(0);
  return common.ChannelHeader.deserializeBinary(header).getTxId();
}

/** The serialized identity whose signature the network has checked. */
function creatorOf(envelope: Uint8Array): Uint8Array {
  const header = headerOf(envelope)?.getSignatureHeader_asU8() ?? new Uint8Array(0);
  return common.SignatureHeader.deserializeBinary(header).getCreator_asU8();
}

function headerOf(envelope: Uint8Array): common.Header | undefined {
  return common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8()).getHeader();
}
