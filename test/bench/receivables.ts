/** Registrations made from a serial number: the same number gives the same trade document, on the ledger and in a request. */
import { usccCheckCharacter } from '@onepledge/chaincode/model';

const DAY_MS = 86_400_000;
/** How many creditors and debtors there are; consecutive serials go through the creditors first. */
export const SUPPLIERS = 400;
export const BUYERS = 40;

function day(offset: number): string {
  return new Date(Date.now() + offset * DAY_MS).toISOString().slice(0, 10);
}

const ISSUED_ON = day(-30);
const DUE_ON = day(90);

type Company = Readonly<{ uscc: string; name: string }>;

function company(kind: 'S' | 'B', i: number): Company {
  const first17 = `91440300MA5${kind === 'S' ? '1' : '2'}${String(i).padStart(5, '0')}`;
  const check = usccCheckCharacter(first17);
  if (check === undefined) throw new Error(`not of the alphabet: ${first17}`);
  return { uscc: first17 + check, name: `深圳市${kind === 'S' ? '供应' : '核心'}第${i}号有限公司` };
}

const SELLERS = Array.from({ length: SUPPLIERS }, (_, i) => company('S', i));
const DEBTORS = Array.from({ length: BUYERS }, (_, i) => company('B', i));

function at<T>(items: readonly T[], i: number): T {
  const item = items[i % items.length];
  if (item === undefined) throw new Error('an empty list');
  return item;
}

export type Registration = Readonly<{
  creditor: Company;
  debtor: Company;
  amount: Readonly<{ currency: string; amount: string }>;
  dueDate: string;
  evidence: readonly Readonly<{
    kind: 'INVOICE';
    issuer: string;
    number: string;
    amount: Readonly<{ currency: string; amount: string }>;
    issuedOn: string;
    digest: string;
  }>[];
}>;

/** The body of POST /v1/receivables for one invoice. @param serial below 10^13 */
export function registration(serial: number): Registration {
  const creditor = at(SELLERS, serial);
  const amount = {
    currency: 'CNY',
    amount: `${1_000 + (serial % 2_000_000)}.${String(serial % 100).padStart(2, '0')}`,
  };
  return {
    creditor,
    debtor: at(DEBTORS, Math.floor(serial / SUPPLIERS)),
    amount,
    dueDate: DUE_ON,
    evidence: [
      {
        kind: 'INVOICE',
        issuer: creditor.uscc,
        number: `26442${String(serial).padStart(15, '0')}`,
        amount,
        issuedOn: ISSUED_ON,
        digest: `sha256:${(BigInt(serial) * 0x9e37_79b9_7f4a_7c15n + 1n).toString(16).padStart(64, '0').slice(0, 64)}`,
      },
    ],
  };
}
