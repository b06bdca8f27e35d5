import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/**
 * Everything done with a secret key: encryption at rest, keyed hashes for exact search, signed links, random tokens.
 * A ciphertext is bound to its table, row and column, so a copied one does not open elsewhere.
 */

/** One data key. `id` is stored with everything made under it; a key may go only when no row names it any more. */
export type DataKey = { id: string; key: Buffer };
/** Where a ciphertext lives. `row` is the primary key as text. */
export type Place = { table: string; row: string; column: string };
export type KeyedHash = { keyId: string; hash: string };
export type Verified = { ok: true; payload: string } | { ok: false; reason: 'invalid' | 'expired' };

export type Secrets = {
  /** For a bytea column. Under the newest key. */
  encrypt(plain: string | Uint8Array, place: Place): Buffer;
  /** Throws `SecretError`: `key_missing` names the key id, `ciphertext_invalid` is tampering or another place. */
  decrypt(sealed: Uint8Array, place: Place): Buffer;
  decryptText(sealed: Uint8Array, place: Place): string;
  /** Which key a ciphertext needs: for re-encrypting old rows. */
  keyIdOf(sealed: Uint8Array): string;
  keyIds(): string[];
  /** HMAC-SHA256 in hex under the newest key, for new rows. The caller normalises the text first. */
  keyedHash(text: string): KeyedHash;
  /** Under every key, newest first, for look-ups. */
  keyedHashes(text: string): KeyedHash[];
  /** A link token that carries `payload` readably and unchangeably, for one `purpose` and until `expiresAt`. */
  sign(purpose: string, payload: string, expiresAt?: Date): string;
  /** Accepts tokens made under the present and the previous session secret. */
  verify(purpose: string, token: string, now: Date): Verified;
};

export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly code: 'key_missing' | 'ciphertext_invalid';

  constructor(code: 'key_missing' | 'ciphertext_invalid', message: string) {
    super(message);
    this.code = code;
  }
}

export const KEY_BYTES = 32;
const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const SESSION_SECRET_LENGTH_MIN = 32;
const TOKEN_LENGTH_MAX = 4_096;
const TOKEN_BYTES = 32;
const SHOWN_CHARACTERS = 6;

type Ring = { id: string; sealing: KeyObject; hashing: KeyObject };

/** `keys` newest first. Throws when there is none, one is not 32 bytes, or an id comes twice. */
export function createSecrets(options: {
  keys: readonly DataKey[];
  sessionSecret: string;
  sessionSecretPrevious?: string | undefined;
}): Secrets {
  const rings = options.keys.map(ringOf);
  const [newest] = rings;
  if (newest === undefined) throw new Error('at least one data key is needed');
  if (new Set(rings.map((ring) => ring.id)).size !== rings.length)
    throw new Error('two data keys have one id');
  if (options.sessionSecret.length < SESSION_SECRET_LENGTH_MIN)
    throw new Error('the session secret is too short');
  const byId = new Map(rings.map((ring) => [ring.id, ring]));
  const linkKeys = [options.sessionSecret, options.sessionSecretPrevious]
    .filter((secret) => secret !== undefined && secret !== '')
    .map((secret) => derive(Buffer.from(secret as string), 'link tokens'));
  const decrypt = (sealed: Uint8Array, place: Place) => unseal(byId, sealed, place);
  return {
    encrypt: (plain, place) => seal(newest, plain, place),
    decrypt,
    decryptText: (sealed, place) => decrypt(sealed, place).toString('utf8'),
    keyIdOf: (sealed) => split(sealed).keyId,
    keyIds: () => rings.map((ring) => ring.id),
    keyedHash: (text) => hashUnder(newest, text),
    keyedHashes: (text) => rings.map((ring) => hashUnder(ring, text)),
    sign: (purpose, payload, expiresAt) => signToken(linkKeys[0]!, purpose, payload, expiresAt),
    verify: (purpose, token, now) => verifyToken(linkKeys, purpose, token, now),
  };
}

/** 256 random bits, safe in a URL, with a prefix that says what it is: `fl_key_3q2-...`. */
export function randomToken(prefix: string): string {
  return `${prefix}_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

/** What is stored of a random token. Plain SHA-256 is enough: 256 random bits cannot be guessed. Hex. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** The part of a random token that lists may show: its prefix and the first characters. */
export function tokenStart(token: string): string {
  const at = token.length - Math.ceil((TOKEN_BYTES * 8) / 6);
  return token.slice(0, Math.max(0, at) + SHOWN_CHARACTERS);
}

/** Compares in a time that does not depend on where the texts differ. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

function ringOf({ id, key }: DataKey): Ring {
  if (!/^[a-z0-9][a-z0-9._-]{0,31}$/i.test(id))
    throw new Error(`the key id ${id} may hold a-z, 0-9, . _ - only`);
  if (key.length !== KEY_BYTES) throw new Error(`the key ${id} must have ${KEY_BYTES} bytes`);
  return { id, sealing: derive(key, 'encryption at rest'), hashing: derive(key, 'keyed hashes') };
}

/**
 * One key per use, so that what is learnt of one use helps with no other. As an object: made of bytes each time, a hash
 * took 12 us and not 2.
 */
function derive(secret: Buffer, use: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `fairlead ${use}`, KEY_BYTES)));
}

/** Layout: format, length of the key id, key id, iv, tag, ciphertext. */
function seal(ring: Ring, plain: string | Uint8Array, place: Place): Buffer {
  const id = Buffer.from(ring.id);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', ring.sealing, iv);
  cipher.setAAD(boundTo(ring.id, place));
  const bytes = typeof plain === 'string' ? Buffer.from(plain, 'utf8') : plain;
  const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([Buffer.from([FORMAT, id.length]), id, iv, cipher.getAuthTag(), text]);
}

function unseal(rings: Map<string, Ring>, sealed: Uint8Array, place: Place): Buffer {
  const { keyId, iv, tag, text } = split(sealed);
  const ring = rings.get(keyId);
  if (ring === undefined)
    throw new SecretError('key_missing', `the data key ${keyId} is not in FAIRLEAD_KEYS`);
  const decipher = createDecipheriv('aes-256-gcm', ring.sealing, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(keyId, place));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch {
    throw new SecretError(
      'ciphertext_invalid',
      `${place.table}.${place.column} does not open: changed or moved`,
    );
  }
}

function split(sealed: Uint8Array) {
  const bytes = Buffer.from(sealed);
  const idLength = bytes[1] ?? 0;
  const start = 2 + idLength;
  if (bytes[0] !== FORMAT || idLength === 0 || bytes.length < start + IV_BYTES + TAG_BYTES) {
    throw new SecretError('ciphertext_invalid', 'these bytes are no ciphertext of ours');
  }
  return {
    keyId: bytes.toString('latin1', 2, start),
    iv: bytes.subarray(start, start + IV_BYTES),
    tag: bytes.subarray(start + IV_BYTES, start + IV_BYTES + TAG_BYTES),
    text: bytes.subarray(start + IV_BYTES + TAG_BYTES),
  };
}

/** JSON keeps the parts apart: no choice of names makes two places look alike. */
function boundTo(keyId: string, { table, row, column }: Place): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, keyId, table, row, column]));
}

function hashUnder(ring: Ring, text: string): KeyedHash {
  return { keyId: ring.id, hash: createHmac('sha256', ring.hashing).update(text, 'utf8').digest('hex') };
}

/** `expires.payload.mac`, each part base64url or a number: nothing to escape in a URL or a mail. */
function signToken(key: KeyObject, purpose: string, payload: string, expiresAt?: Date): string {
  const expires = expiresAt === undefined ? '0' : String(Math.ceil(expiresAt.getTime() / 1000));
  const body = `${expires}.${Buffer.from(payload, 'utf8').toString('base64url')}`;
  return `${body}.${mac(key, purpose, body).toString('base64url')}`;
}

function verifyToken(keys: readonly KeyObject[], purpose: string, token: string, now: Date): Verified {
  const match = /^((\d{1,12})\.([\w-]*))\.([\w-]{43})$/.exec(token.length > TOKEN_LENGTH_MAX ? '' : token);
  if (match === null) return { ok: false, reason: 'invalid' };
  const [, body = '', expires = '0', payload = '', given = ''] = match;
  const bytes = Buffer.from(given, 'base64url');
  if (!keys.some((key) => timingSafeEqual(mac(key, purpose, body), bytes)))
    return { ok: false, reason: 'invalid' };
  const until = Number(expires);
  if (until !== 0 && now.getTime() >= until * 1000) return { ok: false, reason: 'expired' };
  return { ok: true, payload: Buffer.from(payload, 'base64url').toString('utf8') };
}

function mac(key: KeyObject, purpose: string, body: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([purpose, body]), 'utf8')
    .digest();
}
