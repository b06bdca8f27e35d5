import { randomBytes } from 'node:crypto';
import type { Place } from '../../kernel/distance.ts';
import { placesOf } from '../../market/subscriptions/index.ts';
import type { Tx } from '../../platform/db.ts';
import { placeHash, placeOf, type RoundPlace, roundPlace, SALT_BYTES } from './pins.ts';
import type { Rules } from './rules.ts';
import { insertPlaces, type WhereRow, whereLeadsAre } from './store-places.ts';

/** Where a lead is, rounded to about a metre. */
export type LeadPlace = Place & {
  /** What a record says of it; null: it is kept nowhere yet. */
  hash: Buffer | null;
  keptAt: Date | null;
  /** It contradicts the coordinates that came with the lead, which the program never brings about. */
  bent: boolean;
  /** By coordinates that came with the lead. */
  own: boolean;
};
type Places = Map<string, LeadPlace>;

/**
 * Where leads are: as it was kept with their first decision, else the coordinates that came with the address, else the
 * place of the postcode. Read only when some filter asks for it; leads whose place nobody knows are left out.
 */
export async function leadPlaces(
  tx: Tx,
  rules: Pick<Rules, 'asksPlace'>,
  leadIds: readonly string[],
): Promise<Places> {
  if (!rules.asksPlace) return new Map();
  return placed(await foundPlaces(tx, leadIds));
}

/** The same for a decision: what was looked up is kept, so that it is the same ever after. */
export async function keepPlaces(
  tx: Tx,
  rules: Pick<Rules, 'asksPlace'>,
  leadIds: readonly string[],
): Promise<Places> {
  if (!rules.asksPlace) return new Map();
  const found = await foundPlaces(tx, leadIds);
  for (const one of found) one.salt ??= randomBytes(SALT_BYTES);
  await insertPlaces(
    tx,
    found
      .filter(({ keptAt }) => keptAt === null)
      .map(({ key, at, salt }) => ({ leadId: key, ...at, salt: salt! })),
  );
  return placed(found);
}

type Found = Pick<WhereRow, 'key' | 'salt' | 'keptAt'> & { at: RoundPlace; own: RoundPlace | null };

async function foundPlaces(tx: Tx, leadIds: readonly string[]): Promise<Found[]> {
  const rows = await whereLeadsAre(tx, leadIds);
  const lost = rows.filter(({ keptLat, lat, lon }) => keptLat === null && (lat === null || lon === null));
  const looked = await placesOf(tx, lost);
  return rows.flatMap(({ key, lat, lon, keptLat, keptLon, salt, keptAt }): Found[] => {
    const own = lat === null || lon === null ? null : roundPlace({ lat, lon });
    const kept = keptLat === null || keptLon === null ? null : { lat: keptLat, lon: keptLon };
    const known = looked.get(key);
    const at = kept ?? own ?? (known ? roundPlace(known) : null);
    return at === null ? [] : [{ key, at, own, salt, keptAt }];
  });
}

const placed = (found: readonly Found[]): Places =>
  new Map(
    found.map(({ key, at, own, salt, keptAt }) => {
      const bent = own !== null && (own.lat !== at.lat || own.lon !== at.lon);
      const hash = salt === null ? null : placeHash(at, salt);
      return [key, { ...placeOf(at), hash, keptAt, bent, own: own !== null }];
    }),
  );
