import { jsonRefusals } from '../platform/errors.ts';
import type { Server } from '../platform/http.ts';
import { decodeUtf8 } from '../platform/json-guard.ts';

/**
 * Bodies of HTML forms. A name that stands several times (check boxes) becomes a list; everything else is as strict
 * as with JSON: at most 200 fields, valid UTF-8, no names that reach into objects, no NUL.
 */
const FIELDS_MAX = 200;
const NAME_LENGTH_MAX = 200;
const UNSAFE_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

export type Form = Record<string, string | string[]>;

export function readForms(server: Server): void {
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (request, body, done) => {
      try {
        const bytes = body as Buffer;
        if (request.routeOptions.config.keepBody) request.rawBody = bytes;
        done(null, parseForm(decodeUtf8(bytes)));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

/** @throws Refusal `body_not_form`, `body_too_many_keys`, `body_unsafe_key`, `input_not_storable` */
export function parseForm(text: string): Form {
  const form: Form = {};
  const pairs = text === '' ? [] : text.split('&');
  if (pairs.length > FIELDS_MAX) {
    throw jsonRefusals.body_too_many_keys({ message: `The form has more than ${FIELDS_MAX} fields.` });
  }
  for (const pair of pairs) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    const value = at === -1 ? '' : decode(pair.slice(at + 1));
    const shown = name.slice(0, 60);
    if (UNSAFE_NAMES.has(name) || name.length > NAME_LENGTH_MAX) {
      throw jsonRefusals.body_unsafe_key({ details: [{ field: shown, message: 'Leave it out.' }] });
    }
    if (`${name}${value}`.includes('\u0000')) {
      throw jsonRefusals.input_not_storable({ details: [{ field: shown, message: 'Leave out NUL.' }] });
    }
    const there = Object.hasOwn(form, name) ? form[name] : undefined;
    if (there === undefined) form[name] = value;
    else if (Array.isArray(there)) there.push(value);
    else form[name] = [there, value];
  }
  return form;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    throw jsonRefusals.body_not_form({ cause });
  }
}
