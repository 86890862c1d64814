/** An organisation's administrator at its own peer: joins channels, installs packages, approves and commits definitions. */
import * as grpc from '@grpc/grpc-js';
import {
  connect,
  type Contract,
  type Gateway,
  GatewayError,
  hash,
  type Status,
  StatusCode,
  type Transaction,
} from '@hyperledger/fabric-gateway';
import * as ledger from '@hyperledger/fabric-protos/lib/common/ledger_pb';
import * as gateways from '@hyperledger/fabric-protos/lib/gateway/gateway_pb';
import * as identities from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import * as lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import * as query from '@hyperledger/fabric-protos/lib/peer/query_pb';
import { type Signer } from '../identity/types';
import {
  approval,
  type ChaincodeDefinition,
  commitment,
  isSameDefinition,
  readDefinition,
  readinessQuestion,
} from './chaincode-definition';
import { type ChaincodePackage } from './chaincode-package';
import { callPeer } from './endorser';
import { requestSnapshot } from './snapshot-request';

/** A package that a peer has installed. */
export interface InstalledPackage {
  readonly id: string;
  readonly label: string;
  /** Of which chaincodes it is what the organisation has approved, as `channel/name`. */
  readonly usedBy: readonly string[];
}

/** Where a channel stands at a peer. */
export interface ChannelInfo {
  readonly height: number;
  /** Hex. */
  readonly currentBlockHash: string;
}

const CALL_WITHIN_MS = 60_000;
const ORDERED_WITHIN_MS = 20_000;
const APPROVED = /with unchanged content|private data matching public hash version is not available/;

/** A transaction of an administrator is in its block, and is not valid. */
export class CommitRefusal extends Error {
  override readonly name = 'CommitRefusal';

  constructor(what: string, { transactionId, code }: Status) {
    const [name = String(code)] = Object.entries(StatusCode).find(([, value]) => value === code) ?? [];
    super(`${what}: transaction ${transactionId} is not valid (${name})`);
  }
}

export class Administrator {
  readonly mspId: string;
  readonly #signer: Signer;
  readonly #connection: grpc.Client;
  readonly #gateway: Gateway;

  /**
   * @param endpoint of the peer, `host:port`, whose TLS certificate is for that host
   * @param tlsCaPem the CA of the certificate
   */
  constructor(signer: Signer, endpoint: string, tlsCaPem: string) {
    this.mspId = signer.mspId;
    this.#signer = signer;
    this.#connection = new grpc.Client(endpoint, grpc.credentials.createSsl(Buffer.from(tlsCaPem)), {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 500,
      'grpc.max_receive_message_length': -1,
    });
    const deadline = (): grpc.CallOptions => ({ deadline: Date.now() + CALL_WITHIN_MS });
    const certificate = identities.SerializedIdentity.deserializeBinary(signer.serialized).getIdBytes_asU8();
    this.#gateway = connect({
      client: this.#connection,
      identity: { mspId: signer.mspId, credentials: certificate },
      signer: (message) => Promise.resolve(signer.sign(message)),
      hash: hash.none,
      evaluateOptions: deadline,
      endorseOptions: deadline,
      submitOptions: deadline,
      commitStatusOptions: deadline,
    });
  }

  /** Names of the channels that the peer is in. */
  async channels(): Promise<readonly string[]> {
    const payload = await callPeer(this.#connection, this.#signer, 'cscc', ['GetChannels']);
    const { channelsList } = query.ChannelQueryResponse.deserializeBinary(payload).toObject();
    return channelsList.map(({ channelId }) => channelId);
  }

  /** @param block the channel's first, serialised */
  async join(block: Uint8Array): Promise<void> {
    await callPeer(this.#connection, this.#signer, 'cscc', ['JoinChain', block]);
  }

  /**
   * Has the peer write a snapshot of the channel as it stands now, into its own folder `snapshots/completed/<channel>/<block>`.
   * @throws grpc.ServiceError
   */
  requestSnapshot(channel: string): Promise<void> {
    return requestSnapshot(this.#connection, this.#signer, channel);
  }

  /**
   * Has the peer join a channel from a snapshot: it goes on after the snapshot's block and never has those before.
   * @param folder a snapshot, on the peer's own disk
   */
  async joinBySnapshot(folder: string): Promise<void> {
    await callPeer(this.#connection, this.#signer, 'cscc', ['JoinChainBySnapshot', folder]);
  }

  /** Where the channel stands at the peer. */
  async channelInfo(channel: string): Promise<ChannelInfo> {
    const payload = await this.#gateway
      .getNetwork(channel)
      .getContract('qscc')
      .evaluate('GetChainInfo', {
        arguments: [channel],
        endorsingOrganizations: [this.mspId],
      });
    const info = ledger.BlockchainInfo.deserializeBinary(payload);
    return {
      height: info.getHeight(),
      currentBlockHash: Buffer.from(info.getCurrentblockhash_asU8()).toString('hex'),
    };
  }

  /** The channel's newest configuration block, serialised. */
  async configurationBlock(channel: string): Promise<Uint8Array> {
    return this.#gateway
      .getNetwork(channel)
      .getContract('cscc')
      .evaluate('GetConfigBlock', {
        arguments: [channel],
        endorsingOrganizations: [this.mspId],
      });
  }

  /** What the peer has installed. */
  async installed(): Promise<readonly InstalledPackage[]> {
    const asked = new lifecycle.QueryInstalledChaincodesArgs().serializeBinary();
    const payload = await callPeer(this.#connection, this.#signer, '_lifecycle', ['QueryInstalledChaincodes', asked]);
    const found = lifecycle.QueryInstalledChaincodesResult.deserializeBinary(payload).getInstalledChaincodesList();
    return found.map((one) => {
      const usedBy: string[] = [];
      one.getReferencesMap().forEach((references, channel) => {
        for (const chaincode of references.getChaincodesList()) usedBy.push(`${channel}/${chaincode.getName()}`);
      });
      return { id: one.getPackageId(), label: one.getLabel(), usedBy };
    });
  }

  /** Installs the package unless the peer has it. @returns whether it had not */
  async install({ id, bytes }: ChaincodePackage): Promise<boolean> {
    if ((await this.installed()).some((one) => one.id === id)) return false;
    const args = new lifecycle.InstallChaincodeArgs();
    args.setChaincodeInstallPackage(bytes);
    try {
      await callPeer(this.#connection, this.#signer, '_lifecycle', ['InstallChaincode', args.serializeBinary()]);
    } catch (error) {
      // Somebody else may have installed it meanwhile, for another channel.
      if ((await this.installed()).some((one) => one.id === id)) return false;
      throw error;
    }
    return true;
  }

  /** The definition that is committed, as far as the peer knows, and who approved it; undefined when there is none. */
  async committed(channel: string, name: string): Promise<ReturnType<typeof readDefinition> | undefined> {
    try {
      const payload = await this.#lifecycle(channel).evaluate('QueryChaincodeDefinition', {
        arguments: [asks(name)],
        endorsingOrganizations: [this.mspId],
      });
      return readDefinition(name, payload);
    } catch (error) {
      if (reasonsOf(error).some((reason) => reason.includes('404'))) return undefined;
      throw error;
    }
  }

  /**
   * Approves for its own organisation, whose peer alone endorses that; once more does nothing.
   * @returns whether it had not approved exactly this
   */
  async approve(channel: string, definition: ChaincodeDefinition, packageId: string): Promise<boolean> {
    if (await this.#hasApproved(channel, definition, packageId)) return false;
    try {
      await this.#submit(channel, 'ApproveChaincodeDefinitionForMyOrg', approval(definition, packageId), [this.mspId]);
    } catch (error) {
      // An earlier try may have gone through though its answer was an error. A peer that has lost its disk has the hash of what its organisation
      // approved, by which it finds the package, and nobody to give it the private data themselves: they cannot be approved a second time.
      if (reasonsOf(error).some((reason) => APPROVED.test(reason))) return false;
      throw error;
    }
    return true;
  }

  /** Who has approved a definition that is not committed yet, by MSP id. */
  async readiness(channel: string, definition: ChaincodeDefinition): Promise<ReadonlyMap<string, boolean>> {
    const payload = await this.#lifecycle(channel).evaluate('CheckCommitReadiness', {
      arguments: [readinessQuestion(definition)],
      endorsingOrganizations: [this.mspId],
    });
    const approvals = new Map<string, boolean>();
    const found = lifecycle.CheckCommitReadinessResult.deserializeBinary(payload);
    found.getApprovalsMap().forEach((approved, mspId) => approvals.set(mspId, approved));
    return approvals;
  }

  /** Commits what has been approved. @param members MSP ids of all whose peers are to endorse it */
  async commit(channel: string, definition: ChaincodeDefinition, members: readonly string[]): Promise<void> {
    await this.#submit(channel, 'CommitChaincodeDefinition', commitment(definition), members);
  }

  /**
   * Calls a function that no chaincode has: the chaincode's own refusal shows that it runs, and that the peer knows one of each
   * member that has it.
   * @throws Error when it is not so yet
   */
  async meet(channel: string, name: string, members: readonly string[]): Promise<void> {
    const contract = this.#gateway.getNetwork(channel).getContract(name);
    const proposal = contract.newProposal('no such function', { endorsingOrganizations: [...members] });
    try {
      await proposal.endorse();
    } catch (error) {
      if (reasonsOf(error).some((reason) => /chaincode response|has not been initialized/.test(reason))) return;
      throw error;
    }
  }

  close(): void {
    this.#gateway.close();
    this.#connection.close();
  }

  /** Approvals are recorded by package and content: the package of the sequence, and whether its content is this. */
  async #hasApproved(channel: string, definition: ChaincodeDefinition, packageId: string): Promise<boolean> {
    const args = new lifecycle.QueryApprovedChaincodeDefinitionArgs();
    args.setName(definition.name);
    args.setSequence(definition.sequence);
    try {
      const payload = await this.#lifecycle(channel).evaluate('QueryApprovedChaincodeDefinition', {
        arguments: [args.serializeBinary()],
        endorsingOrganizations: [this.mspId],
      });
      const found = lifecycle.QueryApprovedChaincodeDefinitionResult.deserializeBinary(payload);
      const approved: ChaincodeDefinition = {
        ...{ name: definition.name, version: found.getVersion(), sequence: found.getSequence() },
        initRequired: found.getInitRequired(),
        endorsementPlugin: found.getEndorsementPlugin(),
        validationPlugin: found.getValidationPlugin(),
        validationParameter: found.getValidationParameter_asU8(),
        collections: found.getCollections()?.serializeBinary() ?? new Uint8Array(),
      };
      const package_ = found.getSource()?.getLocalPackage()?.getPackageId();
      return package_ === packageId && isSameDefinition(approved, definition);
    } catch (error) {
      if (reasonsOf(error).length > 0) return false;
      throw error;
    }
  }

  /** Resolves when it is committed and valid. */
  async #submit(channel: string, name: string, argument: Uint8Array, organizations: readonly string[]): Promise<void> {
    const proposal = this.#lifecycle(channel).newProposal(name, {
      arguments: [argument],
      endorsingOrganizations: [...organizations],
    });
    const transaction = await proposal.endorse();
    const status = await this.#ordered(channel, transaction);
    if (!status.successful) throw new CommitRefusal(name, status);
  }

  /** BFT orderers may say of what they have ordered that they have it already: only its status tells. */
  async #ordered(channel: string, transaction: Transaction): Promise<Status> {
    try {
      const submitted = await transaction.submit();
      return await submitted.getStatus();
    } catch (error) {
      // The library gives the class as a type only.
      if (!(error instanceof GatewayError && error.name === 'SubmitError')) throw error;
      const request = new gateways.CommitStatusRequest();
      request.setChannelId(channel);
      request.setTransactionId(transaction.getTransactionId());
      request.setIdentity(this.#signer.serialized);
      const signed = new gateways.SignedCommitStatusRequest();
      signed.setRequest(request.serializeBinary());
      try {
        const commit = this.#gateway.newCommit(signed.serializeBinary());
        return await commit.getStatus({ deadline: Date.now() + ORDERED_WITHIN_MS });
      } catch {
        throw error;
      }
    }
  }

  #lifecycle(channel: string): Contract {
    return this.#gateway.getNetwork(channel).getContract('_lifecycle');
  }
}

/** What the peers themselves said. */
function reasonsOf(error: unknown): readonly string[] {
  return error instanceof GatewayError ? error.details.map(({ message }) => message) : [];
}

function asks(name: string): Uint8Array {
  const args = new lifecycle.QueryChaincodeDefinitionArgs();
  args.setName(name);
  return args.serializeBinary();
}
