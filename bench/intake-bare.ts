import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import postgres from 'postgres';
import { connectionOptions } from '../src/platform/database-url.ts';
import { serve } from './child.ts';

/**
 * The bare handler: the same HTTP server inserts, in one autocommit statement and without validation, the rows that
 * our intake writes for one lead of an attested source: lead, contact, attribution, consent, checks, receipt and the
 * four audit rows of the states it passes.
 */
const [nicheId, campaignId, sourceId] = process.env.BENCH_IDS!.split(',') as [string, string, string];
const sql = postgres({
  ...connectionOptions(process.env.BENCH_SUPERUSER_URL!),
  max: Number(process.env.DB_POOL_MAX),
});
const server = fastify();
const RECEIPT = Buffer.alloc(420, 1);
const HASH = Buffer.alloc(32, 2);
const VERDICTS = ['shape', 'phone', 'disposable_domain', 'country_mismatch', 'duplicate', 'suppression'].map((check) => ({
  check, result: 'pass', weight: 10, facts: {},
})); // biome-ignore format: one verdict each

server.post('/', async (request) => {
  const id = randomUUID();
  const { answers } = request.body as { answers: { name: string; email: string; phone: string } };
  await sql`
    with lead as (
      insert into leads (id, niche_id, campaign_id, source_id, schema_version, state, country, lead_type, score,
        confirmed_at, confirmed_by, ready_at, approved_at, approved_by, due_at, expires_at)
      values (${id}, ${nicheId}, ${campaignId}, ${sourceId}, 1, 'approved', 'DE', 'premium', 100, now(), 'source', now(),
        now(), 'system', now(), now() + interval '7 days')
    ), contact as (
      insert into lead_contacts (lead_id, name, first_name, last_name, email, phone, phone_typed, calling_code, country,
        answers, email_hash, phone_hash, key_id)
      values (${id}, ${answers.name}, 'Ada', 'Lovelace', ${answers.email}, ${answers.phone}, ${answers.phone}, '49', 'DE',
        ${JSON.stringify(answers)}, sha256(${answers.email}::bytea), sha256(${answers.phone}::bytea), 'bench')
    ), attribution as (
      insert into lead_attribution (lead_id, utm_source, source_name) values (${id}, 'bench', 'bench')
    ), consent as (
      insert into consents (id, lead_id, campaign_id, text_version, given_at, method)
      values (${randomUUID()}, ${id}, ${campaignId}, 1, now(), 'source')
    ), checks as (
      insert into lead_checks (id, lead_id, stage, verdicts, score)
      values (${randomUUID()}, ${id}, 'intake', ${sql.json(VERDICTS)}, 100)
    ), receipt as (
      insert into lead_receipts (id, request_id, source_id, campaign_id, lead_id, outcome, body_enc)
      values (${randomUUID()}, ${request.id}, ${sourceId}, ${campaignId}, ${id}, 'approved', ${RECEIPT})
    )
    insert into audit_log (id, actor_id, actor_role, action, entity_type, entity_id, before_state, after_state,
      description, row_hash)
    select gen_random_uuid(), ${sourceId}, 'source', 'lead.' || state, 'lead', ${id}, '{"state": "received"}',
      jsonb_build_object('state', state), 'A source sent a lead.', ${HASH}
    from unnest('{received,checking,pending_approval,approved}'::text[]) as state`;
  return { id };
});
const url = await server.listen({ host: '127.0.0.1', port: 0 });
serve(url, async () => {
  await server.close();
  await sql.end({ timeout: 5 });
});
