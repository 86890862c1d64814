/** The one way in which a reader refuses a document: raised where the rule is broken, made a problem at the public face. */
import { type DocumentProblem } from './document';

const SHOWN_CHARACTERS = 60;

/** A document that breaks a rule. Never leaves this folder. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument';
  readonly problem: DocumentProblem;

  constructor(detail: string, field?: string) {
    super(detail);
    this.problem = { code: 'INVALID_EVIDENCE', detail, ...(field === undefined ? {} : { field }) };
  }
}

/** A value from a document as it may stand in a message: quoted, escaped and cut. */
export function shown(value: string): string {
  return JSON.stringify(value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value);
}
