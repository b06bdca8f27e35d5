import { jsonRefusals as refusals } from './errors.ts';

/**
 * Reads JSON as strictly as a money system must. `JSON.parse` alone takes the last of two equal keys, turns 1e400
 * into null later on, rounds 20-digit integers and follows a million levels of nesting without a word.
 */
const DEPTH_MAX = 32;
const KEYS_MAX = 2_000;
const SHOWN_MAX = 60;
const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Bytes to text; refuses what is not UTF-8 instead of replacing it by question marks. */
export function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw refusals.body_not_text();
  }
}

/**
 * Parses a JSON body.
 * @throws Refusal 400 naming what is wrong: syntax, depth over 32, a key twice, `__proto__`, a number that is no
 *   safe double.
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refusals.body_not_json({ cause });
  }
  scan(text);
  return value;
}

/** Walks valid JSON once, keeping the keys of each open object. Strings are skipped, so it is linear. */
function scan(text: string): void {
  const open: (Set<string> | null)[] = [];
  let keys = 0;
  let expectKey = false;
  let lastKey = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : null);
      if (open.length > DEPTH_MAX) throw refusals.body_too_deep();
      expectKey = char === '{';
    } else if (char === '}' || char === ']') {
      open.pop();
      expectKey = false;
    } else if (char === ',') {
      expectKey = open.at(-1) instanceof Set;
    } else if (char === '"') {
      const end = endOfString(text, at);
      checkText(text, at, end, lastKey);
      if (expectKey) {
        keys += 1;
        if (keys > KEYS_MAX) throw refusals.body_too_many_keys();
        lastKey = JSON.parse(text.slice(at, end + 1)) as string;
        noteKey(open.at(-1) as Set<string>, lastKey);
        expectKey = false;
      }
      at = end;
    } else if (char === '-' || (char >= '0' && char <= '9')) {
      at = checkNumber(text, at);
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
}

/** NUL and half surrogate pairs can only be written as escapes in valid UTF-8; PostgreSQL keeps neither. */
function checkText(text: string, start: number, end: number, key: string): void {
  const written = text.slice(start, end + 1);
  if (!written.includes('\\u')) return;
  const value = JSON.parse(written) as string;
  if (value.isWellFormed() && !value.includes('\u0000')) return;
  throw refusals.input_not_storable({
    details: [
      { field: key.slice(0, SHOWN_MAX).toWellFormed(), message: 'Leave out NUL and broken characters.' },
    ],
  });
}

function noteKey(seen: Set<string>, key: string): void {
  const shown = key.slice(0, SHOWN_MAX);
  if (unsafeKeys.has(key))
    throw refusals.body_unsafe_key({ details: [{ field: shown, message: 'Leave it out.' }] });
  if (seen.has(key)) {
    throw refusals.body_duplicate_key({
      details: [{ field: shown, message: 'It stands here twice; send it once.' }],
    });
  }
  seen.add(key);
}

function checkNumber(text: string, start: number): number {
  let end = start;
  while (end + 1 < text.length && /[0-9eE+.-]/.test(text[end + 1]!)) end += 1;
  const written = text.slice(start, end + 1);
  const number = Number(written);
  const whole = !/[.eE]/.test(written);
  if (!Number.isFinite(number) || (whole && !Number.isSafeInteger(number))) {
    throw refusals.body_unsafe_number({
      message: `The number ${written.slice(0, 40)} cannot be kept exactly: send it as a text.`,
    });
  }
  return end;
}
