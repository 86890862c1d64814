/** Runs a list of commands of one actor: who → load → decide each in order on what the earlier ones left → write once. */
import { CommandSchema, type Command } from '../model/command';
import type { Actor } from '../model/member';
import { partyKey } from '../model/party';
import type { CommandResult } from '../model/protocol';
import type { Result } from '../model/result';
import { validate } from '../model/validation';
import { actorOf, type CertifiedIdentity } from '../domain/authority';
import { key, type Key } from '../ledger/key';
import type { UnitOfWork } from '../ledger/unit-of-work';
import { handlerOf, type Handlers, type Scope } from './handler';
import { memberHandlers } from './member-commands';
import { pledgeHandlers } from './pledge-commands';
import { receivableHandlers } from './receivable-commands';

/** How every command is carried out. */
export const HANDLERS: Handlers = { ...memberHandlers, ...receivableHandlers, ...pledgeHandlers };

/** The keys that tell who an identity is. */
export function identityKeys(identity: CertifiedIdentity): readonly Key<unknown>[] {
  return [key.member(identity.mspId), ...(identity.party === undefined ? [] : [key.party(partyKey(identity.party))])];
}

/** Who acts, by the certificate and what the ledger knows of its member and party. */
export function identify(identity: CertifiedIdentity, work: UnitOfWork): Result<Actor> {
  const party = identity.party === undefined ? undefined : work.get(key.party(partyKey(identity.party)));
  return actorOf(identity, work.get(key.member(identity.mspId)), party);
}

// A command names further keys once the first are there (a pledge its pledgor); three rounds reach the last ones.
const MOST_ROUNDS = 5;

async function loadFor(commands: readonly Command[], scope: Scope, handlers: Handlers): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const wanted = commands.flatMap((command) => handlerOf(handlers, command).keys(command, scope));
    const missing = wanted.filter((wantedKey) => !scope.work.has(wantedKey));
    if (missing.length === 0) return;
    await scope.work.load(missing);
  }
  throw new Error('a command kept on naming keys');
}

function idOf(raw: unknown): string {
  return typeof raw === 'object' && raw !== null && 'id' in raw && typeof raw.id === 'string' ? raw.id : '';
}

/**
 * Decides every command; a refused one changes nothing and the others stand. Nothing is written here: the caller flushes the unit of work.
 * @param at the transaction's time, UTC.
 * @param handlers other ones only where faulty rules are to be found.
 * @returns a result a command, in order.
 */
export async function execute(
  raws: readonly unknown[],
  scope: Scope,
  at: string,
  handlers = HANDLERS,
): Promise<readonly CommandResult[]> {
  const parsed = raws.map((raw) => ({ id: idOf(raw), command: validate(CommandSchema, raw) }));
  await scope.work.load(identityKeys(scope.identity));
  const actor = identify(scope.identity, scope.work);
  const runnable = parsed.flatMap(({ command }) => (command.ok && actor.ok ? [command.value] : []));
  await loadFor(runnable, scope, handlers);

  const results: CommandResult[] = [];
  for (const { id, command } of parsed) {
    if (!command.ok) {
      results.push({ id, ok: false, problem: command.error });
      continue;
    }
    if (!actor.ok) {
      results.push({ id, ok: false, problem: actor.error });
      continue;
    }
    // What earlier commands made may lead to keys that nobody could know before.
    await loadFor([command.value], scope, handlers);
    const decided = handlerOf(handlers, command.value).run(command.value, scope, { actor: actor.value, at });
    results.push(decided.ok ? { id, ok: true, value: decided.value } : { id, ok: false, problem: decided.error });
  }
  return results;
}
