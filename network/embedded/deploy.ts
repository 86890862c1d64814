/** Defines the chaincodes of the consortium's description on a new channel, as its organisations' administrators would. */
import { encodeCollections } from '../configuration/collections';
import { type ChannelSpec } from '../consortium';
import { type NetworkMaterial } from '../identity/material';
import { satisfyingOrganizations } from '../identity/policy';
import { type Signer } from '../identity/types';
import { parseApplicationPolicy, signaturePolicyOf } from './channel';
import { TxValidationCode } from './committer/codes';
import { type OwnEndorsements } from './endorser/endorsements';
import { processProposal } from './endorser/endorser';
import { unpackProposal } from './endorser/proposal';
import { endorseAt, peersOf } from './gateway/endorsement';
import { GatewayError } from './gateway/errors';
import { prepareTransaction } from './gateway/preparedtransaction';
import { readSubmission } from './orderer/submission';
import { LIFECYCLE, LIFECYCLE_ENDORSEMENT } from './scc/lifecycle/definitions';
import { encodeApplicationPolicy } from './scc/lifecycle/policy';
import { encodeEnvelope } from './wire/common';
import { signInvocation } from './wire/invocation';
import { type DefinitionArgs, encodeDefinitionArgs } from './wire/lifecycle';
import { asBuffer } from './wire/protobuf';
import { type RunningChannel } from './peer';

/** A definition could not be put on the channel. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
}

/** How long a block of definitions may take, in milliseconds. */
const TIMEOUT_MS = 30_000;

/**
 * Approves and commits what the description defines and the channel does not have: all approvals in one block, all commits
 * in the next, as a commit reads the approvals. What the channel has already is left as it is: there the ledger counts.
 * @throws DeployError
 */
export async function deployDefinitions(
  spec: ChannelSpec,
  running: RunningChannel,
  material: NetworkMaterial,
  own: OwnEndorsements,
): Promise<void> {
  const { channel, peers } = running;
  const missing = spec.chaincodes.filter(({ name }) => !channel.chaincodes.has(name));
  if (missing.length === 0) return;
  const lifecycle = new LifecycleClient(running, own);
  const organizations = material.organizations.filter(({ mspId }) => channel.members.has(mspId));
  const approvals = missing.flatMap((chaincode) =>
    organizations.flatMap(({ mspId, admin }) => {
      const [peer] = peers.get(mspId) ?? [];
      if (peer === undefined) return [];
      const packageId = peer.packages.ensure(chaincode.name, chaincode.version);
      // Connecting takes longer than the blocks do.
      peer.packages.stream(packageId);
      // A start that was cut off after the approvals finds them: the same again would be refused.
      if (peer.approvals.isApproved(channel, definitionArgs(chaincode, packageId))) return [];
      return [
        lifecycle.submit('ApproveChaincodeDefinitionForMyOrg', definitionArgs(chaincode, packageId), admin, [mspId]),
      ];
    }),
  );
  await lifecycle.commitAll(approvals);
  const [first] = organizations;
  const policy = signaturePolicyOf(channel, LIFECYCLE_ENDORSEMENT);
  const mspIds = policy === undefined ? undefined : satisfyingOrganizations(policy, [], [...peers.keys()]);
  if (first === undefined || mspIds === undefined) {
    throw new DeployError(`no organisations can define chaincodes on channel ${spec.name}`);
  }
  await lifecycle.commitAll(
    missing.map((chaincode) =>
      lifecycle.submit('CommitChaincodeDefinition', definitionArgs(chaincode, ''), first.admin, mspIds),
    ),
  );
}

function definitionArgs(chaincode: ChannelSpec['chaincodes'][number], packageId: string): DefinitionArgs {
  return {
    name: chaincode.name,
    version: chaincode.version,
    sequence: chaincode.sequence,
    endorsementPlugin: 'escc',
    validationPlugin: 'vscc',
    validationParameter: encodeApplicationPolicy(parseApplicationPolicy(chaincode.endorsementPolicy)),
    collections: encodeCollections(chaincode.collections),
    initRequired: chaincode.initRequired,
    packageId,
  };
}

/** Calls `_lifecycle` within the process: the same stages as a client's call, without its connection. */
class LifecycleClient {
  readonly #running: RunningChannel;
  readonly #own: OwnEndorsements;

  constructor(running: RunningChannel, own: OwnEndorsements) {
    this.#running = running;
    this.#own = own;
  }

  /** Has the call endorsed by these organisations and ordered. @returns the transaction's id */
  async submit(functionName: string, args: DefinitionArgs, client: Signer, mspIds: readonly string[]): Promise<string> {
    const { channel, peers, committer } = this.#running;
    const signed = signInvocation(
      {
        channelId: channel.name,
        chaincodeName: LIFECYCLE,
        args: [Buffer.from(functionName), encodeDefinitionArgs(args)],
      },
      client,
    );
    const proposal = unpackProposal(signed);
    const view = channel.ledger.acquire();
    try {
      const result = await endorseAt(peersOf(mspIds, peers), (peer) =>
        processProposal(proposal, channel, peer, view, this.#own),
      );
      const payload = prepareTransaction(proposal, result);
      const envelope = encodeEnvelope({ payload, signature: asBuffer(client.sign(payload)) });
      committer.submit(readSubmission(envelope), new Date());
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const reasons = error.details.map(({ mspId, message }) => `${mspId}: ${message}`).join('; ');
      throw new DeployError(`${functionName} of ${args.name} on ${channel.name} failed: ${reasons}`, { cause: error });
    } finally {
      view.release();
    }
    return proposal.channelHeader.txId;
  }

  /** Makes one block of the calls and waits until it is committed. */
  async commitAll(calls: readonly Promise<string>[]): Promise<void> {
    const txIds = await Promise.all(calls);
    const { channel, committer } = this.#running;
    committer.flush();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    for (const txId of txIds) {
      const { code } = await committer.status(txId, signal);
      if (code === TxValidationCode.VALID) continue;
      throw new DeployError(`a chaincode definition on channel ${channel.name} was not valid: code ${code}`);
    }
  }
}
