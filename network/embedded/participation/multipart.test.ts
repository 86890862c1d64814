import { describe, expect, test } from '@jest/globals';
import { fileOfForm, FormError } from './multipart';

const TYPE = 'multipart/form-data; boundary=b';

/** A form with files of these names and contents, and fields without a file name. */
function form(files: readonly (readonly [name: string, content: Buffer])[], fields: readonly string[] = []): Buffer {
  const part = (name: string, rest: string, content: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"${rest}\r\n\r\n`),
      content,
      Buffer.from('\r\n'),
    ]);
  return Buffer.concat([
    ...files.map(([name, content]) => part(name, '; filename="f"', content)),
    ...fields.map((name) => part(name, '', Buffer.from('x'))),
    Buffer.from('--b--\r\n'),
  ]);
}

describe('the file of a form', () => {
  test.each([
    ['as it was sent', Buffer.from([0, 1, 0x0d, 0x0a, 0x2d, 0x2d, 0xff])],
    ['that is empty', Buffer.alloc(0)],
  ])('%s', (_name, content) => {
    expect(fileOfForm(TYPE, form([['block', content]]), 'block')).toEqual(content);
  });

  test('between a boundary in quotation marks', () => {
    const content = Buffer.from('content');

    expect(fileOfForm('multipart/form-data; boundary="b"', form([['block', content]]), 'block')).toEqual(content);
  });

  test.each([
    ['a form with another file', TYPE, form([['other', Buffer.from('x')]]), 'form does not contains part key: block'],
    ['a field where the file should be', TYPE, form([], ['block']), 'form does not contains part key: block'],
    ['a form with more', TYPE, form([['block', Buffer.from('x')]], ['more']), 'form contains too many parts'],
    ['what is no form', TYPE, Buffer.from('x'), /^cannot read form from request body/],
    ['a form without a boundary', 'multipart/form-data', form([['block', Buffer.from('x')]]), /^cannot read form/],
    ['a form that is cut off', TYPE, form([['block', Buffer.from('x')]]).subarray(0, 60), /^cannot read form/],
  ])('%s is refused', (_name, type, body, message) => {
    expect(() => fileOfForm(type, body, 'block')).toThrow(FormError);
    expect(() => fileOfForm(type, body, 'block')).toThrow(message);
  });
});
