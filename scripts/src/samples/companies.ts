/** Invented companies with well-made identifiers. */
import { type Random } from './random';

export type Company = Readonly<{ id: string; name: string; country: string }>;

// GB 32100-2015. Written here on its own, so that tests compare two independent readings of the standard.
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** The check character of the first 17 characters of a unified social credit code. */
export function checkCharacter(first17: string): string {
  let weight = 1;
  let sum = 0;
  for (const character of first17) {
    sum += ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** A unified social credit code of a company in Shenzhen, with its right check character. */
export function sampleUscc(random: Random): string {
  let body = `91${random.pick(['440300', '440305', '440306'])}`;
  while (body.length < 17) body += ALPHABET.charAt(random.below(ALPHABET.length));
  return body + checkCharacter(body);
}

/** The code with another check character, which is always wrong. */
export function withWrongCheck(uscc: string): string {
  const position = ALPHABET.indexOf(uscc.charAt(17));
  return uscc.slice(0, 17) + ALPHABET.charAt((position + 1) % ALPHABET.length);
}

/** A Chinese company. */
export function chineseCompany(random: Random): Company {
  const name = `深圳市${random.pick(['晨岚', '砺石', '云杉', '远岑', '星屿', '澄川'])}${random.pick([
    '精密',
    '电子',
    '塑胶',
    '新能源',
    '光电',
  ])}${random.pick(['有限公司', '股份有限公司'])}`;
  return { id: sampleUscc(random), name, country: 'CN' };
}

/** A company in Europe, with a number in the form of a VAT identifier. */
export function europeanCompany(random: Random): Company {
  const country = random.pick(['NL', 'DE', 'DK', 'SE']);
  const digits = Array.from({ length: 9 }, () => String(random.between(1, 9))).join('');
  const name = `${random.pick(['Larkmoor', 'Fennel & Tide', 'Quillhaven', 'Nordbrück', 'Søholm'])} ${random.pick([
    'Trading',
    'Werkzeuge',
    'Papier',
    'Components',
  ])}`;
  return { id: `${country}${digits}`, name, country };
}
