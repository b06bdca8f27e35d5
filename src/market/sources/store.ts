import type { Tx } from '../../platform/db.ts';
import type { Source } from './source.ts';

const columns = (tx: Tx) => tx`
  s.id, s.name, s.type, s.campaign_id as "campaignId", c.niche_id as "nicheId", s.token_prefix as "tokenPrefix",
  s.attested, s.rate_per_minute as "ratePerMinute", s.active, s.version, s.created_at as "createdAt",
  s.updated_at as "updatedAt"`;

export async function readSource(tx: Tx, id: string): Promise<Source | null> {
  const [source] = await tx<Source[]>`
    select ${columns(tx)} from sources s join campaigns c on c.id = s.campaign_id where s.id = ${id}`;
  return source ?? null;
}

/**
 * The source that holds a token, paused ones too: the caller says what pausing means.
 * @param hash what `tokenHash` of platform/secrets makes of the token (hex). Index: sources_token_hash_key.
 */
export async function sourceByToken(tx: Tx, hash: string): Promise<Source | null> {
  const [source] = await tx<Source[]>`
    select ${columns(tx)} from sources s join campaigns c on c.id = s.campaign_id
    where s.token_hash = decode(${hash}, 'hex')`;
  return source ?? null;
}

export async function listSources(
  tx: Tx,
  filter: { campaignId: string | null; nicheId: string | null },
  page: { limit: number; offset: number },
) {
  const matching = tx`
    from sources s join campaigns c on c.id = s.campaign_id
    where (${filter.campaignId}::uuid is null or s.campaign_id = ${filter.campaignId}::uuid)
      and (${filter.nicheId}::uuid is null or c.niche_id = ${filter.nicheId}::uuid)`;
  const [rows, [counted]] = await Promise.all([
    tx<Source[]>`
      select ${columns(tx)} ${matching} order by s.created_at desc, s.id limit ${page.limit} offset ${page.offset}`,
    tx<{ count: number }[]>`select count(*)::int as count from (select 1 ${matching} limit 1001) counted`,
  ]);
  return { rows, counted: counted?.count ?? 0 };
}

export async function lockSource(tx: Tx, id: string): Promise<Source | null> {
  await tx`select 1 from sources where id = ${id} for no key update`;
  return readSource(tx, id);
}

export async function insertSource(tx: Tx, source: Source, hash: string): Promise<void> {
  await tx`
    insert into sources (id, name, type, campaign_id, token_prefix, token_hash, attested, rate_per_minute, active)
    values (${source.id}, ${source.name}, ${source.type}, ${source.campaignId}, ${source.tokenPrefix},
      decode(${hash}, 'hex'), ${source.attested}, ${source.ratePerMinute}, ${source.active})`;
}

export async function updateSource(tx: Tx, source: Source): Promise<void> {
  await tx`
    update sources set name = ${source.name}, type = ${source.type}, campaign_id = ${source.campaignId},
      attested = ${source.attested}, rate_per_minute = ${source.ratePerMinute}, active = ${source.active},
      version = ${source.version}, updated_at = clock_timestamp()
    where id = ${source.id}`;
}

/** The former token ends at once: who has it may be whom it was rotated for. */
export async function updateToken(
  tx: Tx,
  token: { sourceId: string; prefix: string; hash: string; version: number },
): Promise<void> {
  await tx`
    update sources set token_prefix = ${token.prefix}, token_hash = decode(${token.hash}, 'hex'),
      version = ${token.version}, updated_at = clock_timestamp()
    where id = ${token.sourceId}`;
}
