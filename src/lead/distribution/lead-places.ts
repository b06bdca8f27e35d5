import type { Place } from '../../kernel/distance.ts';
import { placesOf } from '../../market/subscriptions/index.ts';
import type { Tx } from '../../platform/db.ts';
import type { Rules } from './rules.ts';
import { whereLeadsAre } from './store-places.ts';

/** `own`: by coordinates that came with the lead. Else by its postcode, as the imported places say at this moment. */
export type LeadPlace = Place & { own: boolean };

/**
 * Where leads are: the coordinates that came with the address, else the place of the postcode. Read only when some
 * filter of the niche asks for it; leads whose place nobody knows are left out.
 */
export async function leadPlaces(
  tx: Tx,
  rules: Pick<Rules, 'asksPlace'>,
  leadIds: readonly string[],
): Promise<Map<string, LeadPlace>> {
  if (!rules.asksPlace) return new Map();
  const rows = await whereLeadsAre(tx, leadIds);
  const looked = await placesOf(
    tx,
    rows.filter(({ lat, lon }) => lat === null || lon === null),
  );
  const places = new Map([...looked].map(([key, place]) => [key, { ...place, own: false }]));
  for (const { key, lat, lon } of rows)
    if (lat !== null && lon !== null) places.set(key, { lat, lon, own: true });
  return places;
}
