/** Clients whose identity, or signature, is not as it should be. */
import { createSigner, enrol, type EnrolledIdentity } from '@onepledge/network';
import { type Act, type OrganizationName } from './behaviour';
import { observing, validationName } from './acts';
import { changedTransaction } from './raw';
import { type Client, type World } from './world';

/** What is wrong with who calls; what is left out is as it should be. */
export interface Stranger {
  /** Whose CA issued the certificate. */
  readonly organization: OrganizationName;
  /** The MSP that it claims. */
  readonly mspId?: string;
  readonly role?: 'client' | 'admin' | 'peer';
  readonly expired?: boolean;
  readonly signedBy?: 'itself' | 'another';
}

export interface StrangerOptions {
  readonly channel?: string;
  /** Whose peer is asked; org1's when left out. */
  readonly at?: OrganizationName;
}

/**
 * The stranger evaluates, endorses, or submits what another had endorsed (`submit`: the transaction is the stranger's by its
 * creator and signature, so that nothing else can be found wrong before).
 */
export function by(stranger: Stranger, what: 'evaluate' | 'endorse' | 'submit', options: StrangerOptions = {}): Act {
  return async (world) => {
    const client = await connect(world, stranger, options.at ?? 'org1');
    try {
      return await observing(world, what, async () => {
        const contract = client.gateway.getNetwork(options.channel ?? 'alpha').getContract('basic');
        if (what === 'evaluate') {
          await contract.evaluateTransaction('get', world.fill('$k'));
          return { status: 'OK' };
        }
        const proposal = contract.newProposal('put', { arguments: [world.fill('$k'), 'x'] });
        if (what === 'endorse') {
          await proposal.endorse();
          return { status: 'OK' };
        }
        const other = await world.client('org1');
        const network = other.gateway.getNetwork('alpha');
        const endorsed = await network
          .getContract('basic')
          .newProposal('put', { arguments: [world.fill('$k'), 'x'] })
          .endorse();
        const transaction = changedTransaction(client, endorsed, ({ signatureHeader }) => {
          signatureHeader.setCreator(client.signer.serialized);
        });
        const { code } = await (await transaction.submit()).getStatus();
        return { status: 'OK', validation: validationName(code) };
      });
    } finally {
      client.close();
    }
  };
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

async function connect(world: World, stranger: Stranger, at: OrganizationName): Promise<Client> {
  const { organization, role = 'client', expired = false, signedBy = 'itself' } = stranger;
  const { home } = world.engine;
  const when = new Date(Date.now() - (expired ? YEAR_MS + 60_000 : 0));
  const name = expired ? 'expired' : role;
  const issued = await enrol(home, organization, { name, role, attributes: {} }, when);
  const identity: EnrolledIdentity = { ...issued, mspId: stranger.mspId ?? issued.mspId };
  const key =
    signedBy === 'itself'
      ? issued
      : await enrol(home, organization, { name: 'another', role: 'client', attributes: {} });
  const signer = createSigner(identity.mspId, identity.certificatePem, key.privateKeyPem);
  return world.clients.connect(identity, at, signer);
}
