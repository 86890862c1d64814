/** What a trade document gives once it is read: the receivable it states and itself as evidence, or the rule it breaks. */

/** A party as a document names it: unified social credit code or foreign number, and registered name. */
export type DocumentParty = Readonly<{ uscc: string; name: string }>;

/** Money as a decimal string with exactly the currency's minor digits (ISO 4217). */
export type DocumentMoney = Readonly<{ currency: string; amount: string }>;

/** One receivable read from a trade document. */
export type ParsedDocument = Readonly<{
  creditor: DocumentParty;
  debtor: DocumentParty;
  /** What is still to be paid. */
  amount: DocumentMoney;
  /** YYYY-MM-DD, when the document states one. */
  dueDate?: string;
  evidence: Readonly<{
    kind: 'INVOICE';
    issuer: string;
    number: string;
    /** The value of the document that can back receivables. */
    amount: DocumentMoney;
    /** YYYY-MM-DD. */
    issuedOn: string;
    /** Hexadecimal SHA-256 of the file's bytes. */
    digest: string;
  }>;
  /** CSV only: the line of the file on which the record begins, counted from 1. */
  row?: number;
}>;

/** Why a document is not taken: `detail` names the rule that is broken and the value that breaks it. */
export type DocumentProblem = Readonly<{ code: 'INVALID_EVIDENCE'; detail: string; field?: string }>;

export type DocumentResult =
  Readonly<{ ok: true; document: ParsedDocument }> | Readonly<{ ok: false; problem: DocumentProblem; row?: number }>;

/** A file as it was received. The name is for people: the format is found from the content. */
export type DocumentFile = Readonly<{ name: string; bytes: Uint8Array }>;
