import { isXmlName } from '../../market/endpoints/index.ts';

/** The three body formats. All are UTF-8; text that a format cannot carry is replaced, never a reason to fail. */

export const BODY_FORMATS = ['json', 'xml', 'form'] as const;
export type BodyFormat = (typeof BODY_FORMATS)[number];

const XML_ROOT = 'lead';

/** Encodes names and values in their order. Values are scalars, lists of them, null, or objects of such. */
export function encodeBody(
  fields: ReadonlyMap<string, unknown>,
  format: BodyFormat,
): { contentType: string; body: string } {
  if (format === 'xml') {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n${element(XML_ROOT, Object.fromEntries(fields))}\n`;
    return { contentType: 'application/xml; charset=utf-8', body };
  }
  if (format === 'form') {
    const pairs = [...fields].flatMap(([name, value]) => formPairs(name, value));
    return { contentType: 'application/x-www-form-urlencoded', body: new URLSearchParams(pairs).toString() };
  }
  const members = [...fields].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return { contentType: 'application/json', body: `{${members.join(',')}}` };
}

/** Written here rather than by a library: a library's special keys (text, attributes) would be a person's answers. */
function element(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => element(name, each)).join('');
  const tag = isXmlName(name) ? name : `_${name.replace(/[^A-Za-z0-9_.-]/g, '_')}`;
  if (typeof value === 'object' && value !== null) {
    const inside = Object.entries(value).map(([key, each]) => element(key, each));
    return `<${tag}>${inside.join('')}</${tag}>`;
  }
  return `<${tag}>${value === null || value === undefined ? '' : xmlText(String(value))}</${tag}>`;
}

function xmlText(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 cannot carry these, not even escaped
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // A reader turns a bare carriage return into a line feed.
      .replaceAll('\r', '&#13;')
  );
}

/** Lists repeat their name; objects become `fairlead[price]`, as PHP and Rails read them. */
function formPairs(name: string, value: unknown): [string, string][] {
  if (Array.isArray(value)) return value.map((each) => [name, String(each)]);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, each]) => formPairs(`${name}[${key}]`, each));
  }
  return [[name, value === null || value === undefined ? '' : String(value)]];
}
