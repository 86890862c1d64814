/** Brings the consortium's members onto the ledger, when this gateway acts for the registrar. */
import { randomUUID } from 'node:crypto';
import type { Member } from '@onepledge/chaincode/model';
import type { Logger } from 'pino';
import type { Principal } from './auth/principal';
import type { NetworkDirectory } from './ledger/directory';
import type { GroupedReads } from './ledger/reads';
import type { Outbox } from './outbox/outbox';

const WAIT_MS = 15_000;

/**
 * Enrols members that the network has and the ledger does not know, or knows otherwise.
 * @returns whether the ledger knows all members now
 * @throws ProblemError when the ledger cannot be reached.
 */
export async function enrolMembers(
  directory: NetworkDirectory,
  reads: GroupedReads,
  outbox: Outbox,
  log: Logger,
): Promise<boolean> {
  const members = directory.members();
  const registrar = members.find(({ name, kinds }) => kinds.includes('REGISTRAR') && directory.serves(name));
  if (registrar === undefined) return true;
  const admin: Principal = { member: registrar.name, role: 'admin' };
  const known = membersOf(await reads.query(admin, { type: 'member.list' }));
  const wanted = members.map(({ mspId, name, displayName, uscc, kinds }): Member => ({
    mspId,
    name,
    displayName,
    uscc,
    kinds,
  }));
  const missing = wanted.filter((member) => !known.some((other) => isSame(member, other)));
  if (missing.length === 0) return true;

  const id = randomUUID();
  const command = JSON.stringify({ id, type: 'member.enrol', members: wanted });
  const request = { kind: 'COMMAND', principal: admin, bodyHash: id, route: 'bootstrap', requestId: id } as const;
  await outbox.submit({ ...request, id, command });
  const outcome = await outbox.outcome(id, admin.member, WAIT_MS);
  if (outcome?.state === 'COMMITTED') log.info({ members: missing.map(({ name }) => name) }, 'members enrolled');
  else log.warn({ outcome }, 'members are not enrolled yet');
  return outcome?.state === 'COMMITTED';
}

function membersOf(value: unknown): readonly Member[] {
  return (value as { items: readonly Member[] }).items;
}

function isSame(a: Member, b: Member): boolean {
  return (
    a.mspId === b.mspId &&
    a.name === b.name &&
    a.displayName === b.displayName &&
    a.uscc === b.uscc &&
    [...a.kinds].sort().join() === [...b.kinds].sort().join()
  );
}
