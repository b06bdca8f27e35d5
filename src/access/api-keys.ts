import { type AuditActor, audit } from '../journal/audit/index.ts';
import { newId } from '../kernel/ids.ts';
import type { App } from '../platform/app.ts';
import { randomToken, tokenStart } from '../platform/secrets.ts';
import { refusals } from './errors.ts';
import * as store from './store.ts';
import { hashOfToken, PREFIX } from './tokens.ts';

const KEYS_PER_USER_MAX = 20;

/** Makes an API key; the secret is shown once and only its hash is kept. @throws Refusal `api_keys_too_many` */
export async function createApiKey(
  app: App,
  input: { userId: string; name: string; scopes: string[] },
  who: AuditActor,
): Promise<{ key: store.ApiKey; secret: string }> {
  const secret = randomToken(PREFIX.apiKey);
  return await app.db.tx({ role: 'engine' }, async (tx) => {
    await store.lockApiKeys(tx, input.userId);
    if ((await store.apiKeysOf(tx, input.userId)).length >= KEYS_PER_USER_MAX)
      throw refusals.api_keys_too_many();
    const key = await store.insertApiKey(tx, {
      ...{ id: newId(), userId: input.userId, name: input.name, scopes: input.scopes },
      ...{ prefix: tokenStart(secret), hash: hashOfToken(secret, PREFIX.apiKey)! },
    });
    await audit(tx, [
      {
        actor: who,
        action: 'api_key.created',
        entityType: 'api_key',
        entityId: key.id,
        after: { scopes: key.scopes },
        description: 'An API key was made',
      },
    ]);
    return { key, secret };
  });
}

export async function listApiKeys(app: App, userId: string): Promise<store.ApiKey[]> {
  return await app.db.tx({ role: 'engine' }, (tx) => store.apiKeysOf(tx, userId), { readOnly: true });
}

/** Ends an API key at once. @throws Refusal `api_key_not_found` */
export async function revokeApiKey(
  app: App,
  key: { id: string; userId: string },
  who: AuditActor,
): Promise<void> {
  await app.db.tx({ role: 'engine' }, async (tx) => {
    if (!(await store.revokeApiKey(tx, key.id, key.userId))) throw refusals.api_key_not_found();
    await audit(tx, [
      {
        actor: who,
        action: 'api_key.revoked',
        entityType: 'api_key',
        entityId: key.id,
        before: { active: true },
        after: { active: false },
        description: 'An API key was revoked',
      },
    ]);
  });
}
