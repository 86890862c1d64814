import { describe, expect, test } from '@jest/globals';
import { MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, parseXml } from './xml';

describe('reading XML', () => {
  test('elements have local name, namespace, attributes and their own text', () => {
    const root = parseXml('<a xmlns="urn:x" xmlns:p="urn:y"><p:b c="1">t&amp;<!-- no -->u<![CDATA[<v>]]></p:b> </a>');
    expect(root).toMatchObject({ name: 'a', namespace: 'urn:x', text: ' ' });
    expect(root.children).toMatchObject([{ name: 'b', namespace: 'urn:y', text: 't&u<v>', children: [] }]);
    expect(root.children[0]?.attributes.get('c')).toBe('1');
  });

  test.each([
    ['a document type declaration', '<!DOCTYPE a><a/>', 'document type declarations are refused'],
    ['an external entity', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>', 'document type'],
    ['an undefined entity', '<a>\n&e;</a>', 'line 2, column 3'],
    ['an element that stays open', '<a><b></a>', 'not well-formed'],
    ['content behind the root', '<a/><b/>', 'not well-formed'],
    ['text behind the root', '<a/>b', 'not well-formed'],
    ['a prefix without namespace', '<p:a/>', 'not well-formed'],
    ['an attribute twice', '<a b="1" b="2"/>', 'not well-formed'],
    ['a control character', '<a>\u0001</a>', 'not well-formed'],
    ['no element at all', '<!-- nothing -->', 'not well-formed'],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseXml(text)).toThrow(message);
  });

  test('depth, number of elements and of attributes are limited, each at its limit', () => {
    const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    const wide = (elements: number): string => `<r>${'<a/>'.repeat(elements - 1)}</r>`;
    const attributed = (count: number): string =>
      `<a ${Array.from({ length: count }, (_, i) => `b${i}=""`).join(' ')}/>`;
    for (const [make, limit] of [
      [nested, MAX_DEPTH],
      [wide, MAX_ELEMENTS],
      [attributed, MAX_ATTRIBUTES],
    ] as const) {
      expect(parseXml(make(limit)).children).toBeDefined();
      expect(() => parseXml(make(limit + 1))).toThrow(String(limit));
    }
  });

  test('attributes are counted as they come, whatever comes after them', () => {
    const attributes = Array.from({ length: MAX_ATTRIBUTES + 1 }, (_, i) => `b${i}=""`).join(' ');
    expect(() => parseXml(`<a ${attributes} <`)).toThrow(`more than ${MAX_ATTRIBUTES} attributes`);
    const many = `<a ${attributes.replace('b0=""', '')}/>`;
    expect(parseXml(`<r>${many}${many}</r>`).children).toHaveLength(2);
  });

  test('line ends are single line feeds, except where they are written as characters', () => {
    expect(parseXml('<a>1\r\n2\r3\n4&#13;</a>').text).toBe('1\n2\n3\n4\r');
  });
});
