import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Liquid, type Template } from 'liquidjs';
import type { NewMessage } from './messages.ts';

/**
 * Messages from Liquid templates of pages/mail: the line "Subject: ...", the text part, a line "=== html", the HTML
 * part, which is put into layout.liquid. A template may exist per language (`confirm-lead.de.liquid`).
 */

export type Rendered = { subject: string; text: string; html: string };

const FOLDER = new URL('../../../pages/mail/', import.meta.url);
const NAME = /^[a-z][a-z0-9-]{0,60}$/;
const HTML_MARK = /^=== html$/m;
const SUBJECT_LENGTH_MAX = 200;
/** A template is ours; the limits are for its values. */
const limits = { parseLimit: 100_000, renderLimit: 1_000, memoryLimit: 10_000_000 };

const plain = new Liquid({ strictVariables: true, strictFilters: true, ...limits });
const markup = new Liquid({ strictVariables: true, strictFilters: true, outputEscape: 'escape', ...limits });

type Parts = { subject: Template[]; text: Template[]; html: Template[] };
const cache = new Map<string, Parts>();
let layout: Template[] | undefined;

/**
 * Renders a message. A value that is missing, or a template that does not exist, is an Error: it is better to send
 * nothing than a mail with holes.
 */
export async function renderMessage(
  message: Pick<NewMessage, 'template' | 'params'> & { locale: string },
  publicUrl: string,
): Promise<Rendered> {
  const parts = partsOf(message.template, message.locale);
  const values = { ...message.params, publicUrl, locale: message.locale };
  const subject = String(await plain.render(parts.subject, values))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, SUBJECT_LENGTH_MAX);
  const text = String(await plain.render(parts.text, values)).trim();
  const content = String(await markup.render(parts.html, values)).trim();
  layout ??= markup.parse(readFileSync(new URL('layout.liquid', FOLDER), 'utf8'));
  const html = String(await markup.render(layout, { content, subject, publicUrl, locale: message.locale }));
  return { subject, text: `${text}\n`, html };
}

/** The template in the language, then in its main language (`de` of `de-AT`), then in English. */
function partsOf(template: string, locale: string): Parts {
  if (!NAME.test(template)) throw new Error('this is no name of a template');
  const language = /^[a-z]{2}(-[A-Z]{2})?$/.test(locale) ? locale : 'en-GB';
  const names = [`${template}.${language}`, `${template}.${language.slice(0, 2)}`, template];
  for (const name of names) {
    const known = cache.get(name);
    if (known) return known;
    const source = read(`${name}.liquid`);
    if (source === undefined) continue;
    const parts = split(name, source);
    cache.set(name, parts);
    return parts;
  }
  throw new Error(`there is no template ${template} in ${fileURLToPath(FOLDER)}`);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(new URL(file, FOLDER), 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}

function split(name: string, source: string): Parts {
  const [head = '', html] = source.split(HTML_MARK);
  const [first = '', ...rest] = head.split('\n');
  if (!first.startsWith('Subject: ') || html === undefined) {
    throw new Error(`the template ${name} needs a line "Subject: ..." and a line "=== html"`);
  }
  return {
    subject: plain.parse(first.slice('Subject: '.length)),
    text: plain.parse(rest.join('\n')),
    html: markup.parse(html),
  };
}
