import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DataKey } from './secrets.ts';
import { KEY_BYTES } from './secrets.ts';
import { codeOf, StartupError } from './startup-error.ts';

/**
 * Where the data keys come from: FAIRLEAD_KEYS, or on the embedded default a file that is made once, readable by its
 * owner only. The file is no part of a backup: whoever has both can read everything.
 */

const KEYS_MAX = 20;
const FILE_MODE = 0o600;

/**
 * `text` is the value of FAIRLEAD_KEYS (`id:base64,id:base64`, newest first) and wins over `file`. With `create` a
 * missing file is made with one new key. Throws StartupError `keys_missing`, `keys_invalid` or `keys_readable`.
 */
export function loadKeys(from: { text?: string | undefined; file?: string; create?: boolean }): DataKey[] {
  if (from.text !== undefined && from.text.trim() !== '') return parseKeys(from.text, 'FAIRLEAD_KEYS');
  if (from.file === undefined) throw missing('Set FAIRLEAD_KEYS');
  const text = readIfThere(from.file);
  if (text !== null) return parseKeys(text, from.file);
  if (from.create !== true) throw missing(`Set FAIRLEAD_KEYS, or bring back ${from.file}`);
  writeOnce(from.file, `${newKey()}\n`);
  return parseKeys(readIfThere(from.file) ?? '', from.file);
}

/** A line for FAIRLEAD_KEYS or the key file: an id and 32 random bytes. */
export function newKey(id: string = `k${randomBytes(4).toString('hex')}`): string {
  return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

/** Reads `id:base64` entries, separated by commas or line breaks, newest first. Never repeats a key in a message. */
export function parseKeys(text: string, origin: string): DataKey[] {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  if (entries.length === 0 || entries.length > KEYS_MAX)
    throw invalid(origin, `1 to ${KEYS_MAX} keys are expected`);
  const keys = entries.map((entry, at) => {
    const [, id, code] = /^([A-Za-z0-9][A-Za-z0-9._-]{0,31}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry) ?? [];
    const key = Buffer.from(code ?? '', 'base64');
    if (id === undefined || key.length !== KEY_BYTES) {
      throw invalid(origin, `entry ${at + 1} is not id:base64 of ${KEY_BYTES} bytes`);
    }
    return { id, key };
  });
  if (new Set(keys.map((key) => key.id)).size !== keys.length) throw invalid(origin, 'one id comes twice');
  return keys;
}

/** The text of a file that only its owner may read; a missing one is made, once for all processes. */
export function keepOnce(file: string, make: () => string): string {
  const text = readIfThere(file);
  if (text !== null) return text.trim();
  writeOnce(file, `${make()}\n`);
  return (readIfThere(file) ?? '').trim();
}

function readIfThere(file: string): string | null {
  try {
    const { mode } = statSync(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new StartupError('keys_readable', `${file} can be read by other users: run chmod 600 ${file}`);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Two processes may start at once: the file appears whole, and the first one's key is everybody's. */
function writeOnce(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, text, { mode: FILE_MODE, flag: 'wx', flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function missing(wayOut: string): StartupError {
  return new StartupError(
    'keys_missing',
    `The data keys are missing. ${wayOut} (make one: openssl rand -base64 32).`,
  );
}

function invalid(origin: string, what: string): StartupError {
  return new StartupError('keys_invalid', `${origin} cannot be read: ${what}`);
}
