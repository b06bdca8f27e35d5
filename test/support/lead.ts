import { SYSTEM } from '../../src/journal/audit/index.ts';
import { LEAD_STATES } from '../../src/lead/lead.ts';
import { type CampaignPolicy, editCampaign } from '../../src/market/campaigns/index.ts';
import { createNiche, type FormField, type Preset } from '../../src/market/catalog/index.ts';
import { createSource, type Source } from '../../src/market/sources/index.ts';
import type { App } from '../../src/platform/app.ts';
import type { Tx } from '../../src/platform/db.ts';

/** What the tests of a lead's way need: an open niche with a source, a person, and a look at what was stored. */

export type OpenNiche = {
  nicheId: string;
  campaignId: string;
  slug: string;
  source: Source;
  /** The source's token. */
  token: string;
};

let made = 0;

/** A niche with its default campaign, first form and one source. The preset says how leads get on. */
export async function openNiche(
  app: App,
  options: {
    preset?: Preset;
    policy?: Partial<CampaignPolicy>;
    attested?: boolean;
    nicheGroup?: string;
    fields?: FormField[];
  } = {},
): Promise<OpenNiche> {
  made += 1;
  const slug = `niche-${process.pid}-${made}`;
  const { niche, campaignId } = await createNiche(
    app,
    {
      name: `Niche ${made}`,
      slug,
      description: '',
      nicheGroup: options.nicheGroup ?? slug,
      currency: 'EUR',
      isLocationBased: false,
      duplicateWindowDays: 30,
      unsoldExpiryMs: null,
      preset: options.preset ?? 'instant',
      levels: [],
      fields: options.fields,
    },
    SYSTEM,
  );
  if (options.policy) {
    await editCampaign(app, { id: campaignId, expected: 1, edit: options.policy }, SYSTEM);
  }
  const input = { name: 'facebook_ads', type: 'facebook' as const, campaignId };
  const { source, token } = await createSource(
    app,
    { ...input, attested: options.attested ?? true, ratePerMinute: 1_000_000 },
    SYSTEM,
  );
  return { nicheId: niche.id, campaignId, slug, source, token };
}

let people = 0;

/** The answers of somebody nobody knows yet, for the first form of a niche. */
export function somebody(more: Record<string, unknown> = {}): Record<string, unknown> {
  people += 1;
  const number = String(people).padStart(4, '0');
  return {
    name: 'Ada Lovelace',
    email: `ada.${process.pid}.${number}@example.org`,
    phone: `+49 30 9018${number}`,
    country: 'DE',
    ...more,
  };
}

export const engine = { role: 'engine' } as const;

/** The states a lead passed, as the audit log has them; what one transaction wrote stands in the order of the way. */
export const trailOf = (app: App, leadId: string): Promise<string[]> =>
  app.db.tx(engine, async (tx) => {
    const rows = await tx<{ action: string }[]>`
      select action from audit_log where entity_type = 'lead' and entity_id = ${leadId}
      order by created_at, array_position(${LEAD_STATES as unknown as string[]}::text[], substr(action, 6))`;
    return rows.map(({ action }) => action);
  });

export const stateOf = (app: App, leadId: string): Promise<string> =>
  app.db.tx(engine, async (tx) => {
    const [lead] = await tx<{ state: string }[]>`select state from leads where id = ${leadId}`;
    return lead?.state ?? 'none';
  });

/** The link of the newest confirmation mail of a lead. */
export const confirmLinkOf = (app: App, leadId: string): Promise<string> =>
  app.db.tx(engine, async (tx) => {
    const [mail] = await tx<{ id: string; secret: Buffer | null }[]>`
      select id, secret_enc as secret from messages where lead_id = ${leadId} and template = 'confirm-lead'
      order by created_at desc limit 1`;
    if (!mail?.secret) throw new Error('no confirmation mail was written, or its link was dropped');
    const place = { table: 'messages', row: mail.id, column: 'secret_enc' };
    const { confirmUrl } = JSON.parse(app.secrets.decryptText(mail.secret, place)) as { confirmUrl: string };
    return new URL(confirmUrl).searchParams.get('token') ?? '';
  });

export const countOf = async (tx: Tx, table: string): Promise<number> => {
  const [row] = await tx<{ count: number }[]>`select count(*)::int as count from ${tx(table)}`;
  return row?.count ?? 0;
};
