import { readNiche } from '../../../market/catalog/index.ts';
import { nicheRules } from '../../../market/subscriptions/index.ts';
import type { App } from '../../../platform/app.ts';
import { refusals } from '../explain/errors.ts';
import { providerNames } from '../store-explain.ts';
import type { Draft } from './draft-shape.ts';
import type { Coverage } from './past.ts';
import { readDraft } from './read-draft.ts';
import { replayPeriod } from './replay-period.ts';
import type { Tally } from './run.ts';
import type { Turns } from './turns.ts';

/** Longest period that a draft is tried on. */
export const DRAFT_DAYS_MAX = 30;
/** Decisions it is tried on at most, from the start of the period. */
export const DRAFT_DECISIONS_MAX = 20_000;
/** Leads that went to others, shown one by one. */
export const MOVED_SHOWN_MAX = 20;
const DAY_MS = 24 * 60 * 60 * 1_000;

export type Outcome = { leads: number; sold: number; unsold: number; revenue: bigint };
export type SideOfRun = Turns & { spend: bigint };
export type Compared = {
  subscriptionId: string;
  providerId: string;
  providerName: string;
  levelName: string;
  control: SideOfRun;
  draft: SideOfRun;
};
export type Comparison = {
  nicheId: string;
  nicheName: string;
  currency: string;
  configVersion: number;
  from: Date;
  to: Date;
  coverage: Coverage;
  left: number;
  control: Outcome;
  draft: Outcome;
  moved: number;
  movedShown: { leadId: string; before: string[]; after: string[] }[];
  subscriptions: Compared[];
};

/**
 * The leads of the last days decided twice more: by the configuration of that time (the control), and with the draft
 * laid over it. Reads in short read-only transactions and writes nothing.
 * @throws Refusal 404 niche_not_found; those of `readDraft`
 */
export async function simulateDraft(
  app: App,
  of: { nicheId: string; days: number; draft: Draft },
): Promise<Comparison> {
  const readOnly = { readOnly: true };
  const { niche, rules, change } = await app.db.tx(
    { role: 'operator' },
    async (tx) => {
      const niche = await readNiche(tx, of.nicheId);
      const rules = niche && (await nicheRules(tx, niche.id));
      if (!niche || !rules) throw refusals.niche_not_found();
      return { niche, rules, change: await readDraft(tx, niche, of.draft) };
    },
    readOnly,
  );
  const to = new Date();
  const from = new Date(to.getTime() - of.days * DAY_MS);
  /** Who they were, also of subscriptions that have ended since. */
  const places = new Map<string, { providerId: string; levelName: string }>();
  const note = ({ levels, subscriptions }: typeof rules): void => {
    const nameOf = new Map(levels.map(({ id, name }) => [id, name]));
    for (const { id, providerId, levelId } of subscriptions)
      places.set(id, { providerId, levelName: nameOf.get(levelId) ?? '' });
  };
  const noted = new Set<number>();
  const { tallies, coverage, left } = await replayPeriod(app, {
    period: { nicheId: niche.id, from, to, max: DRAFT_DECISIONS_MAX },
    currency: niche.currency,
    changes: [{}, change],
    visit: (entries) => {
      for (const { pinned } of entries) {
        if (noted.has(pinned.rules.configVersion)) continue;
        noted.add(pinned.rules.configVersion);
        note(pinned.configuration);
      }
    },
  });
  note(rules);
  const names = await app.db.tx(
    { role: 'operator' },
    (tx) => providerNames(tx, [...new Set([...places.values()].map(({ providerId }) => providerId))]),
    readOnly,
  );
  const [control, draft] = tallies as [Tally, Tally];
  const nameOf = (id: string) => names.get(places.get(id)?.providerId ?? '') ?? '';
  return {
    nicheId: niche.id,
    nicheName: niche.name,
    currency: niche.currency,
    configVersion: rules.configVersion,
    from,
    to,
    coverage,
    left,
    control: outcomeOf(control),
    draft: outcomeOf(draft),
    ...movedOf(control, draft, nameOf),
    subscriptions: compare(control, draft, places, nameOf),
  };
}

const outcomeOf = ({ leads, takers, revenue }: Tally): Outcome => ({
  leads: leads.size,
  sold: takers.size,
  unsold: leads.size - takers.size,
  revenue,
});

function movedOf(control: Tally, draft: Tally, nameOf: (id: string) => string) {
  const movedShown: Comparison['movedShown'] = [];
  let moved = 0;
  for (const leadId of control.leads) {
    const before = control.takers.get(leadId) ?? [];
    const after = draft.takers.get(leadId) ?? [];
    if (before.toSorted().join() === after.toSorted().join()) continue;
    moved += 1;
    if (movedShown.length < MOVED_SHOWN_MAX)
      movedShown.push({ leadId, before: before.map(nameOf), after: after.map(nameOf) });
  }
  return { moved, movedShown };
}

function compare(
  control: Tally,
  draft: Tally,
  places: ReadonlyMap<string, { providerId: string; levelName: string }>,
  nameOf: (id: string) => string,
): Compared[] {
  const ids = new Set([...control.turns.keys(), ...draft.turns.keys()]);
  const sideOf = ({ turns, spend }: Tally, id: string): SideOfRun => ({
    ...(turns.get(id) ?? { received: 0, expected: 0 }),
    spend: spend.get(id) ?? 0n,
  });
  return [...ids]
    .map((id) => ({
      subscriptionId: id,
      providerId: places.get(id)?.providerId ?? '',
      providerName: nameOf(id),
      levelName: places.get(id)?.levelName ?? '',
      control: sideOf(control, id),
      draft: sideOf(draft, id),
    }))
    .sort((a, b) => b.draft.received - a.draft.received || (a.providerName < b.providerName ? -1 : 1));
}

/** What a look back takes as given; said with every answer. */
export const ASSUMED = [
  'The draft is laid over the configuration of each moment, so what differs is the draft’s alone.',
  'Pauses, failing endpoints and switched off companies are as the decisions recorded them; who was asked for no lead then is taken as free.',
  'Money starts at the balance of that time; deposits, credits, refunds and leads of other niches move it as they did.',
  'Caps, premium ratios, weights and the order of who waits start as they were; refunds that gave a place in a cap back, and leads of other niches, count as they did.',
  'Leads come as they came, confirmed as they were; deliveries are taken to succeed, so when a lead is charged makes no difference.',
  'Purchases, assignments by hand, second decisions, test leads and people who were erased are not decided again: they take what they took.',
];
