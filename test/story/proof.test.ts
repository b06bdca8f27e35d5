import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCheckProof } from '../../src/cli/check-proof.ts';
import { runVerify } from '../../src/cli/verify.ts';
import { SYSTEM } from '../../src/journal/audit/index.ts';
import {
  makeRoot,
  makeSeeds,
  openDistributor,
  runDistribution,
  runProof,
} from '../../src/lead/distribution/index.ts';
import { checkProof } from '../../src/lead/distribution/proof/check-proof.ts';
import { dayAfter } from '../../src/lead/distribution/proof/days.ts';
import { readProofs } from '../../src/lead/distribution/proof/read-proofs.ts';
import type { ProviderProof } from '../../src/lead/distribution/proof/schema.ts';
import { receiveLead } from '../../src/lead/intake/index.ts';
import { createSource } from '../../src/market/sources/index.ts';
import { openAdminSql, type Sql } from '../../src/platform/admin-sql.ts';
import { bareProvider, type HttpTest, httpTest, signedInAs } from '../support/http.ts';
import { somebody } from '../support/lead.ts';
import { seedNiche, seedProvider, seedSubscription } from '../support/market.ts';

/** A day is decided, its root published, and a provider proves its own part of it. */
let http: HttpTest;
let root: Sql;
let folder: string;
let willing: string;
let poor: string;
/** Does not want the daily mail. */
let quiet: string;
let nicheId: string;
/** The days on which something was decided: one, or two when midnight came in between. */
let days: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-proof-'));
  http = await httpTest({ MX_CHECK: '0', FAIRLEAD_DATA: folder });
  const { app } = http;
  root = openAdminSql(http.database.superuserUrl);
  await root.unsafe('set session_replication_role = replica');
  await makeSeeds(app);
  const seeded = await seedNiche(app, {
    policy: { confirmation: 'source_attested', approval: 'auto' },
    levels: [{ maxProviders: 1 }, { maxProviders: 2 }],
  });
  nicheId = seeded.niche.id;
  const attested = {
    type: 'api' as const,
    campaignId: seeded.campaignId,
    attested: true,
    ratePerMinute: 100_000,
  };
  const { token } = await createSource(app, { name: 'story', ...attested }, SYSTEM);
  willing = (await seedProvider(app, { companyName: 'Willing', balance: 100_000n })).id;
  poor = (await seedProvider(app, { companyName: 'Poor', balance: 100n })).id;
  quiet = (await seedProvider(app, { balance: 100_000n, notificationPreferences: { daily_proof: false } }))
    .id;
  for (const providerId of [willing, poor, quiet])
    for (const { id: levelId } of seeded.levels) await seedSubscription(app, { providerId, levelId });
  for (let n = 0; n < 13; n += 1)
    await receiveLead(app, { origin: { kind: 'source', token }, body: { answers: somebody() } });
  await runDistribution(openDistributor(app));
  days = (
    await root<{ day: string }[]>`
      select distinct to_char(decided_at at time zone 'UTC', 'YYYY-MM-DD') as day from decisions order by 1`
  ).map(({ day }) => day);
  while ((await makeRoot(app, { today: dayAfter(days.at(-1)!) })) > 0);
});
afterAll(async () => {
  await root?.end();
  await http?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const proofsOf = async (providerId: string, limit = 100): Promise<ProviderProof[]> => {
  const pages: ProviderProof[] = [];
  for (const day of days) {
    let cursor: string | undefined;
    do {
      const page: ProviderProof = await readProofs(http.app, { providerId, day, limit, cursor });
      pages.push(page);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }
  return pages;
};
const day = () => days.at(-1)!;

describe('the proof of a day', () => {
  it('fixes the secrets two days ahead and shows their hash, and the secret itself only when its day is over', async () => {
    const shown = (await http.api.server.inject({ url: '/api/v1/proof?limit=3' })).json().data;
    expect(shown[0]).toMatchObject({ root: null, seed: null, seed_ahead: true });
    const stored = await root<{ seed: Buffer; seed_hash: Buffer }[]>`select seed, seed_hash from day_seeds`;
    for (const { seed, seed_hash } of stored)
      expect(createHash('sha256').update(seed).digest('hex')).toBe(seed_hash.toString('hex'));
    expect(JSON.stringify(shown)).not.toContain(stored.at(-1)!.seed.toString('hex'));
    const known = shown.map(({ seed_hash }: { seed_hash: string }) => seed_hash);
    expect(known).toContain(stored.at(-1)!.seed_hash.toString('hex'));
  });

  it('is made once, however often it is asked for, and each day stands on the one before', async () => {
    expect(await makeRoot(http.app, { today: dayAfter(day()) })).toBe(0);
    expect(await makeRoot(http.app, { today: dayAfter(day(), 2) })).toBe(1);
    const [next] = await root<{ previous_day: string; decisions: string; previous_root: Buffer }[]>`
      select previous_day::text, decisions::text, previous_root from daily_roots where day = ${dayAfter(day())}`;
    const [last] = await root<{ root: Buffer }[]>`select root from daily_roots where day = ${day()}`;
    expect(next).toMatchObject({ previous_day: day(), decisions: '0' });
    expect(next!.previous_root).toEqual(last!.root);
  });

  it('is told to every provider once, with the root before it and the hash of the next secret', async () => {
    const told = await root<{ provider_id: string; params: Record<string, string> }[]>`
      select provider_id, params from messages where template = 'daily-proof' and params ->> 'day' = ${day()}`;
    const [stored] = await root<{ root: Buffer }[]>`select root from daily_roots where day = ${day()}`;
    expect(new Set(told.map(({ provider_id }) => provider_id)).size).toBe(told.length);
    expect(told.map(({ provider_id }) => provider_id)).toEqual(expect.arrayContaining([willing, poor]));
    expect(told.map(({ provider_id }) => provider_id)).not.toContain(quiet);
    expect(told[0]!.params.root).toBe(stored!.root.toString('hex'));
    expect(told[0]!.params.nextSeedHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is shown to everybody, for programs and as a page', async () => {
    const [stored] = await root<{ root: Buffer }[]>`select root from daily_roots where day = ${day()}`;
    const hex = stored!.root.toString('hex');
    const one = (await http.api.server.inject({ url: `/api/v1/proof/${day()}` })).json();
    expect(one.data).toMatchObject({
      day: day(),
      root: hex,
      previous_root: days.length === 1 ? null : expect.any(String),
    });
    const page = await http.api.server.inject({ url: '/proof' });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(hex);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const none = await http.api.server.inject({ url: '/api/v1/proof/2020-02-30' });
    expect([none.statusCode, none.json().code]).toEqual([404, 'proof_missing']);
    for (const url of [
      '/api/v1/proof/0000-01-01',
      '/api/v1/proof?before=0000-01-01',
      '/api/v1/proof?before=2026-02-30',
    ])
      expect((await http.api.server.inject({ url })).statusCode, url).toBeLessThan(500);
  });

  it('stands in a file beside the database, for the time after a restore', async () => {
    const lines = (await readFile(join(folder, 'published-roots.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).day)).toEqual(expect.arrayContaining(days));
  });

  it('gives the same root when its row was lost and the decisions were not', async () => {
    const [before] = await root<{ root: Buffer }[]>`select root from daily_roots where day = ${day()}`;
    await root`delete from daily_root_leaves where day >= ${day()}`;
    await root`delete from daily_roots where day >= ${day()}`;
    expect(await makeRoot(http.app, { today: dayAfter(day()) })).toBe(1);
    const [again] = await root<{ root: Buffer; replaces: Buffer | null }[]>`
      select root, replaces from daily_roots where day = ${day()}`;
    expect(again).toEqual({ root: before!.root, replaces: null });
  });

  it('names the root that it replaces when a restore lost decisions', async () => {
    const [before] = await root<{ root: Buffer }[]>`select root from daily_roots where day = ${day()}`;
    const published = join(folder, 'published-roots.jsonl');
    const kept = await readFile(published, 'utf8');
    const other = createHash('sha256').update('as it was before').digest('hex');
    await writeFile(published, `${kept}${JSON.stringify({ day: day(), root: other })}\n{"day":`);
    await root`delete from daily_root_leaves where day >= ${day()}`;
    await root`delete from daily_roots where day >= ${day()}`;
    await makeRoot(http.app, { today: dayAfter(day()) });
    const [again] = await root<{ root: Buffer; replaces: Buffer | null }[]>`
      select root, replaces from daily_roots where day = ${day()}`;
    expect(again!.replaces?.toString('hex')).toBe(other);
    expect(again!.root).toEqual(before!.root);
  });

  it('stands on the last published root that still holds, and says which ones a restore made void', async () => {
    type Root = {
      day: string;
      root: Buffer;
      previous_day: string | null;
      previous_root: Buffer | null;
      replaces: Buffer | null;
      decisions: string;
    };
    const roots = () => root<Root[]>`
      select day::text, root, previous_day::text, previous_root, replaces, decisions::text from daily_roots
      where day >= ${day()} order by daily_roots.day`;
    const restoreTo = async (last: string) => {
      await root`delete from daily_root_leaves where day > ${last}`;
      await root`delete from daily_roots where day > ${last}`;
    };
    const publish = async () => {
      while ((await makeRoot(http.app, { today: dayAfter(day(), 3) })) > 0);
      return roots();
    };
    const before = await publish();
    expect(before).toHaveLength(3);

    // The backup is of the second day: nothing of the first is lost, so what was published holds.
    await restoreTo(dayAfter(day()));
    const whole = await publish();
    expect(whole.map(({ root: hash, replaces }) => [hash, replaces])).toEqual(
      before.map(({ root: hash, replaces }) => [hash, replaces]),
    );
    expect(whole[2]).toMatchObject({ previous_day: dayAfter(day()), previous_root: before[1]!.root });

    // The backup is of the first day itself and has not got its last decision: from there on all roots are others.
    await restoreTo(dayAfter(day(), -1));
    const [lost] = await root`
      select * from decisions where niche_id = ${nicheId} order by decisions.seq desc limit 1`;
    const back = async (seq: string, hash: Buffer) =>
      root`update niche_turns set chain_seq = ${seq}, chain_hash = ${hash} where niche_id = ${nicheId}`;
    await root`delete from decisions where niche_id = ${nicheId} and seq = ${lost!.seq}`;
    await back(String(BigInt(lost!.seq) - 1n), lost!.prev_hash);
    const shorter = await publish();
    expect(shorter.map(({ replaces }) => replaces)).toEqual(before.map(({ root: hash }) => hash));
    expect(shorter[0]).toMatchObject({
      previous_day: before[0]!.previous_day,
      previous_root: before[0]!.previous_root,
    });
    expect(Number(shorter[0]!.decisions)).toBe(Number(before[0]!.decisions) - 1);
    for (const at of [1, 2]) expect(shorter[at]!.previous_root).toEqual(shorter[at - 1]!.root);
    const [told] = await root<{ replaces: string }[]>`
      select params ->> 'replaces' as replaces from messages
      where template = 'daily-proof' and params ->> 'root' = ${shorter[0]!.root.toString('hex')}`;
    expect(told!.replaces).toBe(before[0]!.root.toString('hex'));

    await root`insert into decisions ${root(lost as Record<string, never>)}`;
    await back(lost!.seq, lost!.hash);
    await restoreTo(dayAfter(day(), -1));
    expect((await publish()).map(({ root: hash }) => hash)).toEqual(before.map(({ root: hash }) => hash));
  });
});

describe('a provider proves its own part', () => {
  it('with a line for every decision in which it was a candidate, each of which leads to the root', async () => {
    const pages = await proofsOf(willing);
    const lines = pages.flatMap(({ proofs }) => proofs.flatMap((one) => one.lines));
    expect(lines).toHaveLength(26);
    for (const page of pages)
      expect(checkProof(page, page.root)).toMatchObject({ holds: true, problems: [] });
    const chosen = lines.filter(({ text }) => text.includes('|chosen|'));
    const [sold] = await root<{ count: number }[]>`
      select count(*)::int from assignments where provider_id = ${willing}`;
    expect(chosen).toHaveLength(sold!.count);
    expect(chosen[0]!.text).toMatch(/\|1000\|\d+$/);
  });

  it('sees nothing of others, not even their lines in another form', async () => {
    const text = JSON.stringify(await proofsOf(poor));
    const subscriptions = await root<{ id: string }[]>`
      select id from subscriptions where provider_id <> ${poor}`;
    for (const { id } of subscriptions) expect(text).not.toContain(id);
    const hashes = await root<{ hash: Buffer }[]>`select hash from decisions`;
    for (const { hash } of hashes) expect(text).not.toContain(hash.toString('hex'));
    expect(text).toContain('insufficient_funds');
  });

  it('page by page, and none comes twice', async () => {
    const pages = await proofsOf(willing, 4);
    const seqs = pages.flatMap(({ proofs }) => proofs.map(({ seq }) => seq));
    expect(pages.length).toBeGreaterThan(3);
    expect(new Set(seqs).size).toBe(13);
    expect(seqs).toHaveLength(13);
  });

  it('with a file and a program that need no database; what was changed in it is found', async () => {
    const pages = await proofsOf(willing);
    const file = join(folder, 'proof.json');
    await writeFile(file, JSON.stringify(pages.map((data) => ({ success: true, data }))));
    const said: string[] = [];
    const whole = await runCheckProof({ file, root: undefined, print: (line) => void said.push(line) });
    expect(whole).toMatchObject({ holds: true, lines: 26, decisions: 13 });
    expect(said.at(-2)).toBe('Every line leads to the root in the file.');
    const bent = structuredClone(pages);
    const line = bent.flatMap(({ proofs }) => proofs)[0]!.lines[0]!;
    line.text = line.text.replace(/\|(chosen|no_seat)\|/, (_, word) =>
      word === 'chosen' ? '|no_seat|' : '|chosen|',
    );
    await writeFile(file, JSON.stringify(bent));
    const found = await runCheckProof({ file, root: undefined, print: () => {} });
    expect(found.holds).toBe(false);
    expect(found.problems[0]).toContain('does not lead to the root');
    await writeFile(file, JSON.stringify(pages[0]));
    const other = await runCheckProof({ file, root: '0'.repeat(64), print: () => {} });
    expect(other.holds).toBe(false);
    await writeFile(file, '{"no": "proof"}');
    await expect(runCheckProof({ file, root: undefined, print: () => {} })).rejects.toThrow(
      'no proof of Fairlead',
    );
  });

  it('through the API, for its own company only', async () => {
    const { send } = await signedInAs(http, 'provider_owner', { providerId: willing });
    const answer = await send('GET', `/api/v1/providers/me/proofs/${day()}?limit=2`);
    expect(answer.status).toBe(200);
    expect(checkProof(answer.body.data).holds).toBe(true);
    const stranger = await signedInAs(http, 'provider_owner', { providerId: await bareProvider(http) });
    const nothing = await stranger.send('GET', `/api/v1/providers/me/proofs/${day()}`);
    expect(nothing.body.data.proofs).toEqual([]);
    const early = await send('GET', '/api/v1/providers/me/proofs/2020-01-01');
    expect([early.status, early.body.code]).toEqual([404, 'proof_missing']);
    const bent = await send('GET', `/api/v1/providers/me/proofs/${day()}?cursor=abc`);
    expect([bent.status, bent.body.code]).toEqual([422, 'proof_cursor_invalid']);
  });
});

describe('running a day again', () => {
  const runs = () => root<{ day: string; findings: number; first_finding: string | null }[]>`
    select day::text, findings, first_finding from proof_runs where day = ${day()} order by run_at`;

  it('finds nothing, works the root out again, and the portal shows when that was', async () => {
    while ((await runProof(http.app)) > 0);
    expect((await runs())[0]).toMatchObject({ findings: 0, first_finding: null });
    const { send } = await signedInAs(http, 'auditor');
    const shown = (await send('GET', '/api/v1/admin/proof')).body.data;
    const own = shown.find((one: { day: string }) => one.day === day());
    expect(own).toMatchObject({ root: expect.any(String), run: { findings: 0 } });
    const said: string[] = [];
    const { app, database } = http;
    const { ownerUrl } = database;
    await runVerify({ ownerUrl, day: day(), secrets: app.secrets, print: (line) => void said.push(line) });
    expect(said).toContain('The published root: worked out again.');
  });

  it('names a chain that was hashed anew after its root was published', async () => {
    const [end] = await root<{ seq: string; hash: Buffer; prev_hash: Buffer }[]>`
      select seq::text, hash, prev_hash from decisions where niche_id = ${nicheId} order by decisions.seq desc limit 1`;
    const other = createHash('sha256').update('other').digest();
    await root`update decisions set hash = ${other} where niche_id = ${nicheId} and seq = ${end!.seq}`;
    await root`delete from proof_runs where day = ${day()}`;
    while ((await runProof(http.app)) > 0);
    const { ownerUrl } = http.database;
    const { findings } = await runVerify({
      ownerUrl,
      day: day(),
      secrets: http.app.secrets,
      print: () => {},
    });
    await root`update decisions set hash = ${end!.hash} where niche_id = ${nicheId} and seq = ${end!.seq}`;
    expect((await runs())[0]!.findings).toBeGreaterThan(0);
    expect((await runs())[0]!.first_finding).toContain(`decision ${end!.seq}`);
    const whats = findings.map(({ what }) => what);
    expect(whats).toContain('last decision in the published root');
    expect(whats).toContain(`root of the decisions of ${day()}`);
  });
});
