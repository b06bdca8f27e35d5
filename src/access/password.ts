import { hash, verify } from '@node-rs/argon2';
import { httpRefusals } from '../platform/errors.ts';
import { refusals } from './errors.ts';

/**
 * Passwords: argon2id with 19 MiB, two passes, one lane (OWASP). At most two are hashed at once, so that a storm of
 * sign-ins leaves the processor to the leads.
 */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const AT_ONCE_MAX = 2;
const WAITING_MAX = 200;
const LENGTH_MIN = 8;
const LENGTH_MAX = 128;
/** A text with more bytes is no password of ours; it is not worth hashing. */
const BYTES_MAX = LENGTH_MAX * 4;

/** The passwords attackers try first, of those that have 8 characters. */
const COMMONEST = new Set(
  `password passwort password1 passw0rd p@ssw0rd 12345678 123456789 1234567890 11111111 00000000 87654321 qwertyui
  qwertyuiop qwerty123 qwertz123 qwerty12 1q2w3e4r 1qaz2wsx iloveyou sunshine princess football baseball superman
  trustno1 welcome1 whatever starwars michelle jennifer computer internet letmein1 changeme admin123 administrator
  abcd1234 abc12345 asdfghjk asdfasdf zaq12wsx 1q2w3e4r5t hallo123 schatzi1 contraseña contrasena passord1 password123
  fairlead fairlead1 fairlead123`.split(/\s+/),
);

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE_MAX) {
    if (waiting.length >= WAITING_MAX) throw httpRefusals.service_busy({ headers: { 'retry-after': '5' } });
    await new Promise<void>((resume) => waiting.push(resume));
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** NFKC: the same password typed on another keyboard or system is the same text. */
const normal = (password: string): string => password.normalize('NFKC');

export const hashPassword = (password: string): Promise<string> => inTurn(() => hash(normal(password), COST));

/** Hash of a random password nobody knows: an unknown e-mail costs as much time as a wrong password. */
const nobody =
  '$argon2id$v=19$m=19456,t=2,p=1$MyDoPqSXMAIAWDUNgYIbSQ$2ZI9h/dQM22cOMkNEs/yBVs4btn+Q6Su3SsuB1rB7Ug';

/** Whether `password` is the one behind `stored`; a missing hash costs the same time and is a no. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  if (Buffer.byteLength(password) > BYTES_MAX) return false;
  const right = await inTurn(() => verify(stored ?? nobody, normal(password)));
  return stored !== null && right;
}

/** Refuses what is too short, too long, the e-mail itself, or among the first an attacker tries. */
export function checkNewPassword(password: string, email: string): void {
  const length = [...password].length;
  const lower = normal(password).toLowerCase();
  if (length < LENGTH_MIN) throw about(refusals.password_too_short);
  if (length > LENGTH_MAX) throw about(refusals.password_too_long);
  const local = email.toLowerCase().split('@')[0] ?? '';
  if (lower === email.toLowerCase() || lower === local) throw about(refusals.password_is_email);
  if (COMMONEST.has(lower) || new Set(lower).size === 1) throw about(refusals.password_too_common);
}

type Refuse = (options: { details: { field: string; message: string }[] }) => Error;
function about(refuse: Refuse): Error {
  return refuse({ details: [{ field: 'password', message: refuse({ details: [] }).message }] });
}
