/** The columns of a CSV file of invoices: what each of their names means, and which there must be. */
import { InvalidDocument, shown } from './invalid-document';

const REQUIRED = [
  'creditorUscc',
  'creditorName',
  'debtorUscc',
  'debtorName',
  'currency',
  'amount',
  'number',
  'issuedOn',
] as const;
const OPTIONAL = ['code', 'dueDate', 'issuer', 'evidenceAmount'] as const;
/** What lists of 数电票 have besides: checked, and not passed on. */
type Checked = 'digitalNumber' | 'net' | 'tax' | 'status' | 'positive';
/** What says nothing of the claim. Any other column that is not known is refused: it could say that an invoice was paid. */
export const IGNORED = 'ignored';
/** A column that is read. */
export type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number] | Checked;

// The columns of 发票基础信息, which the tax administration's 电子税务局 exports (全量发票查询), and other names that programs give them.
const CHINESE: Readonly<Record<Exclude<Column, 'issuer' | 'evidenceAmount'> | typeof IGNORED, string>> = {
  creditorUscc: '销方识别号 销方税号 销售方税号 销售方识别号 销方纳税人识别号 销售方纳税人识别号',
  creditorName: '销方名称 销售方名称',
  debtorUscc: '购方识别号 购方税号 购买方税号 购买方识别号 购方纳税人识别号 购买方纳税人识别号',
  debtorName: '购方名称 购买方名称',
  currency: '币种 币别',
  amount: '价税合计',
  code: '发票代码',
  number: '发票号码',
  digitalNumber: '数电发票号码 数电票号码 全电发票号码',
  issuedOn: '开票日期',
  dueDate: '到期日 到期日期',
  net: '金额 合计金额 不含税金额',
  tax: '税额 合计税额',
  status: '发票状态',
  positive: '是否正数发票',
  ignored: '序号 发票来源 发票票种 发票类型 发票风险等级 开票人 备注',
};

const COLUMNS: ReadonlyMap<string, Column | typeof IGNORED> = new Map([
  ...[...REQUIRED, ...OPTIONAL].map((column) => [headerKey(column), column] as const),
  ...(Object.entries(CHINESE) as [Column | typeof IGNORED, string][]).flatMap(([column, names]) =>
    names.split(' ').map((name) => [headerKey(name), column] as const),
  ),
]);

/** What the columns of a file are, in their order. */
export type Columns = readonly (Column | typeof IGNORED)[];

/**
 * What the columns are, by the fields of the header.
 * @throws InvalidDocument for an unknown, repeated or missing one.
 */
export function columnsOf(names: readonly string[]): Columns {
  const columns = names.map((name) => {
    const column = COLUMNS.get(headerKey(name));
    if (column === undefined) throw new InvalidDocument(`the column ${shown(name)} is not known`, name.slice(0, 60));
    return column;
  });
  const repeated = columns.find((column, i) => column !== IGNORED && columns.indexOf(column) !== i);
  if (repeated !== undefined) throw new InvalidDocument(`the column ${repeated} stands twice`, repeated);
  const chinese = names.some((name) => headerKey(name) === '价税合计');
  const missing = REQUIRED.find(
    (column) =>
      !columns.includes(column) &&
      !(column === 'number' && columns.includes('digitalNumber')) &&
      !(column === 'currency' && chinese),
  );
  if (missing !== undefined) throw new InvalidDocument(`the column ${missing} is missing`, missing);
  return columns;
}

/** Whether a field of a header names a column. */
export function isColumn(name: string): boolean {
  return COLUMNS.has(headerKey(name));
}

function headerKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
