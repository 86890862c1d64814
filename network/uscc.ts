/** The unified social credit code (统一社会信用代码) of an organisation: GB 32100-2015. */

/** The code's alphabet: digits and letters without I, O, S, V, Z; a character's value is its place. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const LENGTH = 18;

/** Whether it has 18 characters of the code's alphabet, of which the last is the right check character. */
export function isUscc(text: string): boolean {
  const values = Array.from(text, (character) => ALPHABET.indexOf(character));
  const check = values.pop();
  if (values.length !== LENGTH - 1 || values.includes(-1)) return false;
  let weight = 1;
  let sum = 0;
  for (const value of values) {
    sum += value * weight;
    weight = (weight * 3) % ALPHABET.length;
  }
  return check === (ALPHABET.length - (sum % ALPHABET.length)) % ALPHABET.length;
}
