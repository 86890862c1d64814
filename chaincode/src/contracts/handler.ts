/** The shape of a command's handler: which keys it needs, then one decision on the unit of work. */
import type { Command, CommandOf, CommandType } from '../model/command';
import type { DomainEvent, EventType } from '../model/event';
import { actorView } from '../model/member';
import type { Result } from '../model/result';
import type { CertifiedIdentity } from '../domain/authority';
import type { Context } from '../domain/context';
import type { EvidenceTokens } from '../ledger/evidence-token';
import type { Key } from '../ledger/key';
import type { UnitOfWork } from '../ledger/unit-of-work';

/** What a handler works with. */
export type Scope = Readonly<{
  work: UnitOfWork;
  tokens: EvidenceTokens;
  identity: CertifiedIdentity;
  /** MSP ids of those who may enrol the first members; undefined: any. */
  founders?: readonly string[] | undefined;
}>;

export type Handler<T extends CommandType> = Readonly<{
  /** The keys that the command needs, as far as they can be told from what is loaded; asked again until it names no new one. */
  keys(command: CommandOf<T>, scope: Scope): readonly Key<unknown>[];
  /** Decides on what is loaded and puts what changes. @returns what the client sees. */
  run(command: CommandOf<T>, scope: Scope, context: Context): Result<unknown>;
}>;

/** A handler for every command: a new command does not compile until it has one. */
export type Handlers = { readonly [T in CommandType]: Handler<T> };

/** A handler together with its command, the one place where their types meet. */
export function handlerOf(handlers: Handlers, command: Command): Handler<CommandType> {
  return handlers[command.type];
}

/** Makes an event of what the actor has just done. */
export function eventOf(
  type: EventType,
  context: Context,
  about: Pick<DomainEvent, 'assetId' | 'pledgeId' | 'sequence' | 'data'> = {},
): DomainEvent {
  return { type, actor: actorView(context.actor), at: context.at, ...about };
}
