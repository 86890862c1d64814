/** The little of the tar format (POSIX ustar) that chaincode packages use: regular files with short names. */

const BLOCK = 512;

export interface TarFile {
  readonly name: string;
  readonly content: Buffer;
}

/** The archive is not one, or holds something else than regular files. */
export class TarError extends Error {
  override readonly name = 'TarError';
}

/** An archive of these files, the same bytes for the same files: its hash is a package's identity. */
export function packTar(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap(({ name, content }) => [
    header(name, content.length),
    content,
    Buffer.alloc(padding(content.length)),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** @throws TarError */
export function unpackTar(archive: Buffer): readonly TarFile[] {
  const files: TarFile[] = [];
  let position = 0;
  while (position + BLOCK <= archive.length) {
    const head = archive.subarray(position, position + BLOCK);
    if (head.every((byte) => byte === 0)) break;
    if (checksum(head) !== octal(head, 148, 8)) throw new TarError('archive/tar: invalid tar header');
    const name = text(head, 0, 100);
    const type = String.fromCharCode(head[156] ?? 0);
    const size = octal(head, 124, 12);
    position += BLOCK;
    if (position + size > archive.length) throw new TarError('unexpected EOF');
    // Extended headers of later formats say more about the next file (times, long names) than is needed here.
    if (type !== 'x' && type !== 'g') {
      if (type !== '0' && type !== '\0')
        throw new TarError(`tar entry ${name} is not a regular file, type ${type.charCodeAt(0)}`);
      files.push({ name, content: archive.subarray(position, position + size) });
    }
    position += size + padding(size);
  }
  return files;
}

function header(name: string, size: number): Buffer {
  const head = Buffer.alloc(BLOCK);
  head.write(name, 0, 100, 'utf8');
  head.write('0000644\0', 100);
  head.write('0000000\0', 108);
  head.write('0000000\0', 116);
  head.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  head.write('0', 156);
  head.write('ustar\x0000', 257);
  head.write(`${checksum(head).toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}

/** The sum of all bytes, the checksum's own counting as spaces. */
function checksum(head: Buffer): number {
  return head.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function text(head: Buffer, start: number, length: number): string {
  const field = head.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('utf8');
}

function octal(head: Buffer, start: number, length: number): number {
  const digits = text(head, start, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw new TarError('archive/tar: invalid tar header');
  return digits === '' ? 0 : parseInt(digits, 8);
}
