/** The steps from one definition of a chaincode to the next, each once for every organisation that is administered here. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaincodeDefinition, ChaincodePlace, OrganizationPackage } from '@onepledge/network/administration';
import type { Output } from '../cli/output';
import { UserError } from '../cli/errors';
import type { Session } from '../operator/session';

/** One organisation's part of a step. */
export type Done = Readonly<{ organization: string; done: boolean; packageId?: string; label?: string }>;

/** Makes the packages of the organisations; on Fabric their processes of that version are wanted from then on. */
export async function packagesOf(
  { consortium, administration }: Session,
  definition: ChaincodeDefinition,
): Promise<readonly OrganizationPackage[]> {
  const { makePackages } = await import('@onepledge/network/administration');
  const all = await makePackages(administration.home, consortium, definition);
  return all.filter(({ organization }) => administration.organizations.some(({ name }) => name === organization));
}

/** Installs each organisation's package at its peers. */
export async function installPackages(
  { administration }: Session,
  packages: readonly OrganizationPackage[],
  output: Output,
): Promise<readonly Done[]> {
  return Promise.all(
    administration.organizations.map(async ({ name, administrator, others }) => {
      const made = packageFor(packages, name);
      const installed = await Promise.all([administrator, ...others].map((one) => one.install(made)));
      const done = installed.includes(true);
      output.note(done ? `${name}: installed ${made.label}` : `${name}: has ${made.label} already`);
      return { organization: name, done, packageId: made.id, label: made.label };
    }),
  );
}

/** Approves the definition for each organisation. */
export async function approveAll(
  { administration }: Session,
  { channel }: ChaincodePlace,
  definition: ChaincodeDefinition,
  packages: readonly OrganizationPackage[],
  output: Output,
): Promise<readonly Done[]> {
  return Promise.all(
    administration.organizations.map(async ({ name, administrator }) => {
      const { id } = packageFor(packages, name);
      const done = await administrator.approve(channel.name, definition, id);
      output.note(done ? `${name}: approved ${wordsOf(definition)}` : `${name}: had approved it already`);
      return { organization: name, done, packageId: id };
    }),
  );
}

/** Commits the definition, and waits until the peers have it. */
export async function commitDefinition(
  { consortium, administration }: Session,
  place: ChaincodePlace,
  definition: ChaincodeDefinition,
): Promise<void> {
  const { memberIds, refusalOf, untilEverywhere } = await import('@onepledge/network/administration');
  const [first] = administration.organizations;
  const { channel } = place;
  const missing = [...(await first.administrator.readiness(channel.name, definition))]
    .filter(([, approved]) => !approved)
    .map(([mspId]) => mspId);
  const members = memberIds(consortium, place);
  // Fabric asks for a majority of the members unless the channel's LifecycleEndorsement policy says otherwise.
  const approved = members.filter((mspId) => !missing.includes(mspId));
  try {
    await first.administrator.commit(channel.name, definition, missing.length === 0 ? members : approved);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined || missing.length === 0) throw error;
    const message = `${missing.join(', ')} have not approved ${wordsOf(definition)}, and without them it is not enough: ${refusal}`;
    throw new UserError(message, { code: 'REFUSED_BY_NETWORK', cause: error });
  }
  await untilEverywhere(administration, place, definition.sequence);
}

/** Ends the processes of versions that no channel has any more. @param session with the administrators of all channels */
export async function dropUnused(
  { consortium, administration }: Session,
  { chaincode }: ChaincodePlace,
): Promise<void> {
  const { serveCommitted } = await import('@onepledge/network/administration');
  const versions: ChaincodeDefinition[] = [];
  for (const { name, members } of consortium.channels) {
    for (const { name: organization, administrator } of administration.organizations) {
      if (!members.includes(organization) || !(await administrator.channels()).includes(name)) continue;
      const found = await administrator.committed(name, chaincode.name);
      if (found !== undefined) versions.push(found.definition);
      break;
    }
  }
  serveCommitted(administration.home, chaincode.name, versions);
}

const LISTENING_WITHIN_MS = 60_000;

/** Resolves when every process of the packages listens. @throws UserError when one does not within a minute */
export async function untilServed(packages: readonly OrganizationPackage[]): Promise<void> {
  const deadline = Date.now() + LISTENING_WITHIN_MS;
  for (const { organization, address, label } of packages) {
    if (address === undefined) continue;
    while (!(await listens(address))) {
      if (Date.now() > deadline) {
        throw new UserError(
          `${organization}'s process of ${label} does not listen at ${address}: "onepledge network up" starts it where the network runs`,
          { code: 'NOT_SERVED' },
        );
      }
      await sleep(200);
    }
  }
}

/** `onepledge 1.1, sequence 2` */
export function wordsOf({ name, version, sequence }: ChaincodeDefinition): string {
  return `${name} ${version}, sequence ${sequence}`;
}

function packageFor(packages: readonly OrganizationPackage[], organization: string): OrganizationPackage {
  const found = packages.find((one) => one.organization === organization);
  if (found === undefined) {
    throw new UserError(`${organization} does not run the chaincode: it is no member of its channel`, {
      code: 'NO_MEMBER',
    });
  }
  return found;
}

function listens(address: string): Promise<boolean> {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? [];
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: 2_000 });
    const answer = (found: boolean) => (): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
}
