import { findCandidates } from '../decide.ts';
import type { LeadPlace } from '../lead-places.ts';
import { asPinned } from '../pins.ts';
import { leadOfRow } from '../read-facts.ts';
import { offerIn } from '../record.ts';
import { RULES_VERSION, STATIC_CHECKS } from '../rules.ts';
import type { Difference } from './check-record.ts';
import type { Session } from './report.ts';
import type { StaticLead } from './store-chain.ts';
import type { Step } from './walk-day.ts';

/** Who was a candidate: the static checks once more, on the lead as it was decided on. */
export type Places = ReadonlyMap<string, LeadPlace>;

/** Country and place against what the record pins, then every candidate, and how many each check kept away. */
export function checkLead(
  { add }: Session,
  nicheId: string,
  { row, seq, read }: Step,
  lead: StaticLead,
  places: Places,
): void {
  if (!read || row.rulesVersion !== RULES_VERSION) return;
  const { record, rules } = read;
  const where = { nicheId, seq, leadId: row.leadId };
  const pins = record.lead;
  const now = places.get(lead.id);
  for (const difference of checkPins(read.record.lead, { country: lead.country, place: now }, row.decidedAt))
    add(where, difference);

  const { country, place } = asPinned(pins, { country: lead.country, place: now });
  const decided = leadOfRow({ ...lead, country }, rules, { pairs: [], persons: null, place });
  const is = findCandidates(rules, { ...decided, offer: offerIn(record, rules) });
  const stored = new Set(record.verdicts.map(({ index }) => index));
  const right = new Set(is.places);
  // An older record pins no place, and where its postcode lies may have been imported anew since.
  const placeStays = pins?.place !== undefined || now?.own === true;
  let passedOver = false;
  for (const { index, id, providerId, filters } of rules.subscriptions) {
    if (stored.has(index) === right.has(index)) continue;
    if (!placeStays && filters.some(({ filter }) => filter.kind === 'geo')) {
      passedOver = true;
      continue;
    }
    const word = (yes: boolean) => (yes ? 'a candidate' : 'no candidate');
    add(where, {
      what: `static checks of subscription ${id}`,
      expected: word(right.has(index)),
      found: word(stored.has(index)),
      providerId,
    });
  }
  if (passedOver) return;
  for (const check of STATIC_CHECKS) {
    const [expected, found] = [is.excluded[check], record.excluded[check] ?? 0];
    const what = `subscriptions kept away by ${check}`;
    if (expected !== found) add(where, { what, expected: String(expected), found: String(found) });
  }
}

/** What is left of an erased lead: whether those who take some countries only were asked for one of theirs. */
export function checkErased({ add }: Session, nicheId: string, { row, seq, read }: Step): void {
  const country = read?.record.lead?.country;
  if (!read || country === undefined) return;
  for (const { index } of read.record.verdicts) {
    const { id, providerId, countries } = read.rules.subscriptions[index] ?? { countries: null };
    if (countries === null || (country !== null && countries.has(country))) continue;
    const what = `country check of subscription ${id}`;
    const found = { what, expected: [...countries].join(', '), found: country ?? 'none' };
    add({ nicheId, seq, leadId: row.leadId }, { ...found, ...(providerId ? { providerId } : {}) });
  }
}

function checkPins(
  pins: { country?: string | null; place?: string | null } | null,
  now: { country: string | null; place: LeadPlace | undefined },
  decidedAt: Date,
): Difference[] {
  const found: Difference[] = [];
  const say = (what: string, expected: string, is: string) =>
    expected === is ? 0 : found.push({ what, expected, found: is });
  if (pins?.country !== undefined) say('country of the lead', now.country ?? 'none', pins.country ?? 'none');
  if (pins?.place === undefined) return found;
  const { hash, keptAt, bent } = now.place ?? { hash: null, keptAt: null, bent: false };
  const kept = hash?.toString('hex') ?? 'none';
  // It may have become known with a later decision.
  if (pins.place !== null || (keptAt !== null && keptAt < decidedAt))
    say('place of the lead', kept, pins.place ?? 'none');
  if (bent) say('place of the lead', 'the coordinates that came with it', 'another one');
  return found;
}
