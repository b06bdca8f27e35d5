import type { Secrets } from '../../platform/secrets.ts';
import type { NewMessage, Params } from './messages.ts';

/** Values of a message that work like a key, as they stand in `messages.secret_enc`. */
const placeOf = (id: string) => ({ table: 'messages', row: id, column: 'secret_enc' });

export function sealParams(id: string, secret: NewMessage['secret']): Buffer | null {
  return secret === undefined ? null : secret.by.encrypt(JSON.stringify(secret.params), placeOf(id));
}

/** All values of a message. Those that were dropped after sending are missing. @throws SecretError */
export function openParams(
  row: { id: string; params: Params; secretEnc: Buffer | null },
  secrets: Pick<Secrets, 'decryptText'>,
): Params {
  if (row.secretEnc === null) return row.params;
  return { ...row.params, ...(JSON.parse(secrets.decryptText(row.secretEnc, placeOf(row.id))) as Params) };
}
