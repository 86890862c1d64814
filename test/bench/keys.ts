/** The keys of the state benchmark: as scattered as hashes for who asks for any of them, yet in order of their serials, so that millions are quickly written. */

const DIGITS = 10;

/** The key of a serial, of so many. */
export function keyOf(serial: number, count: number): string {
  const place = Math.floor((serial * 16 ** DIGITS) / count);
  return `asset${place.toString(16).padStart(DIGITS, '0')}${scattered(serial)}`;
}

/** What is kept under it: about as much as a receivable. */
export function valueOf(serial: number): Buffer {
  const [one, other] = [scattered(serial), scattered(serial + 1)];
  return Buffer.from(
    `{"v":1,"status":"REGISTERED","creditor":"9135${one}M0Y43","debtor":"9144${other}MA5FX7","amount":` +
      `{"currency":"CNY","amount":"${serial % 10_000_000}.00"},"dueDate":"2027-03-31","digest":"${one}${other}${one}${other}"}`,
  );
}

/** Eight hexadecimal digits without order. */
function scattered(serial: number): string {
  let mixed = Math.imul(serial ^ (serial >>> 16), 0x45d9f3b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b);
  return ((mixed ^ (mixed >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
