/** The one file of a form, as clients of the participation API send it (RFC 7578). */

/** A body that is not such a form; the message is the one of Fabric's orderers. */
export class FormError extends Error {
  override readonly name = 'FormError';
}

const HEADERS_END = '\r\n\r\n';

/**
 * @param contentType with the boundary
 * @param key the name that the file must have
 * @throws FormError
 */
export function fileOfForm(contentType: string, body: Buffer, key: string): Buffer {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const delimiter = `--${boundary?.[1] ?? boundary?.[2] ?? ''}`;
  const parts = boundary === null ? [] : partsOf(body, delimiter);
  if (parts.length === 0) throw new FormError('cannot read form from request body: multipart: NextPart: EOF');
  const named = parts.find(({ name, isFile }) => isFile && name === key);
  if (named === undefined) throw new FormError(`form does not contains part key: ${key}`);
  if (parts.length > 1) throw new FormError('form contains too many parts');
  return named.content;
}

interface Part {
  readonly name: string;
  readonly isFile: boolean;
  readonly content: Buffer;
}

function partsOf(body: Buffer, delimiter: string): readonly Part[] {
  const parts: Part[] = [];
  let start = body.indexOf(delimiter);
  while (start >= 0) {
    const from = start + delimiter.length;
    const end = body.indexOf(`\r\n${delimiter}`, from);
    if (end < 0) break;
    const part = body.subarray(from, end);
    const headersEnd = part.indexOf(HEADERS_END);
    if (headersEnd >= 0) {
      const headers = part.subarray(0, headersEnd).toString('utf8');
      const name = /[; ]name="([^"]*)"/i.exec(headers)?.[1] ?? '';
      const content = part.subarray(headersEnd + HEADERS_END.length);
      parts.push({ name, isFile: /[; ]filename="/i.test(headers), content });
    }
    start = end + 2;
  }
  return parts;
}
