/** An organisation's administrator at its own peer: joins channels, installs packages, approves and commits definitions. */
import * as grpc from '@grpc/grpc-js';
import { connect, type Contract, type Gateway, GatewayError, hash } from '@hyperledger/fabric-gateway';
import * as identities from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import * as lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import * as query from '@hyperledger/fabric-protos/lib/peer/query_pb';
import { type ChannelSpec } from '../consortium';
import { type Signer } from '../identity/types';
import { approval, commitment } from './chaincode-definition';
import { type ChaincodePackage } from './chaincode-package';
import { callPeer } from './endorser';

type ChaincodeSpec = ChannelSpec['chaincodes'][number];

const CALL_WITHIN_MS = 60_000;

export class Administrator {
  readonly mspId: string;
  readonly #signer: Signer;
  readonly #connection: grpc.Client;
  readonly #gateway: Gateway;

  /** @param tlsCaPem the CA of the peer's TLS certificate, which is for localhost */
  constructor(signer: Signer, port: number, tlsCaPem: string) {
    this.mspId = signer.mspId;
    this.#signer = signer;
    this.#connection = new grpc.Client(`localhost:${port}`, grpc.credentials.createSsl(Buffer.from(tlsCaPem)), {
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

  /** Installs the package unless the peer has it. */
  async install({ id, bytes }: ChaincodePackage): Promise<void> {
    const asked = new lifecycle.QueryInstalledChaincodesArgs().serializeBinary();
    const payload = await callPeer(this.#connection, this.#signer, '_lifecycle', ['QueryInstalledChaincodes', asked]);
    const found = lifecycle.QueryInstalledChaincodesResult.deserializeBinary(payload).getInstalledChaincodesList();
    if (found.some((installed) => installed.getPackageId() === id)) return;
    const args = new lifecycle.InstallChaincodeArgs();
    args.setChaincodeInstallPackage(bytes);
    await callPeer(this.#connection, this.#signer, '_lifecycle', ['InstallChaincode', args.serializeBinary()]);
  }

  /** The sequence of the chaincode's definition that is committed, as far as the peer knows; 0 when there is none. */
  async committedSequence(channel: string, name: string): Promise<number> {
    try {
      const payload = await this.#lifecycle(channel).evaluate('QueryChaincodeDefinition', { arguments: [asks(name)] });
      return lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(payload).getSequence();
    } catch (error) {
      if (reasonsOf(error).some((reason) => reason.includes('404'))) return 0;
      throw error;
    }
  }

  /** Approves for its own organisation, whose peer alone endorses that; once more does nothing. */
  async approve(channel: string, chaincode: ChaincodeSpec, { id }: ChaincodePackage): Promise<void> {
    if ((await this.#approvedPackage(channel, chaincode)) === id) return;
    try {
      await this.#lifecycle(channel).submit('ApproveChaincodeDefinitionForMyOrg', {
        arguments: [approval(chaincode, id)],
        endorsingOrganizations: [this.mspId],
      });
    } catch (error) {
      // An earlier try may have gone through though its answer was an error.
      if (reasonsOf(error).some((reason) => reason.includes('with unchanged content'))) return;
      throw error;
    }
  }

  /** Commits what has been approved. @param members MSP ids of all whose peers are to endorse it */
  async commit(channel: string, chaincode: ChaincodeSpec, members: readonly string[]): Promise<void> {
    await this.#lifecycle(channel).submit('CommitChaincodeDefinition', {
      arguments: [commitment(chaincode)],
      endorsingOrganizations: [...members],
    });
  }

  /**
   * Calls a function that no chaincode has: the chaincode's own refusal shows that it runs, and that the peer knows one of each
   * member that has it.
   * @throws Error when it is not so yet
   */
  async meet(channel: string, { name }: ChaincodeSpec, members: readonly string[]): Promise<void> {
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

  /** The package id that the organisation approved for the definition, as far as its peer knows. */
  async #approvedPackage(channel: string, { name, sequence }: ChaincodeSpec): Promise<string | undefined> {
    const args = new lifecycle.QueryApprovedChaincodeDefinitionArgs();
    args.setName(name);
    args.setSequence(sequence);
    try {
      const payload = await this.#lifecycle(channel).evaluate('QueryApprovedChaincodeDefinition', {
        arguments: [args.serializeBinary()],
        endorsingOrganizations: [this.mspId],
      });
      const approved = lifecycle.QueryApprovedChaincodeDefinitionResult.deserializeBinary(payload);
      return approved.getSource()?.getLocalPackage()?.getPackageId();
    } catch (error) {
      if (reasonsOf(error).length > 0) return undefined;
      throw error;
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
