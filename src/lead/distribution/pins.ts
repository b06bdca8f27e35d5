import { createHash } from 'node:crypto';
import type { Place } from '../../kernel/distance.ts';
import type { Packer, Unpacker } from './packed.ts';
import type { Rules } from './rules.ts';

/**
 * What a record says about the lead that the static checks saw and that may read otherwise later: its country, and a
 * hash of its place. The place itself is kept beside the lead (lead_places), where it can be erased; a record cannot be,
 * so it holds no place, only what proves it. Written when the rules ask for it, at most 10 bytes a lead.
 */

/** Degrees are whole numbers of this part: about a metre. The engine reckons with exactly the rounded place. */
const DEGREE_PARTS = 100_000;
export const SALT_BYTES = 16;
const HASH_BYTES = 8;

/** A place in whole parts of a degree. */
export type RoundPlace = { lat: number; lon: number };
export const roundPlace = ({ lat, lon }: Place): RoundPlace => ({
  lat: Math.round(lat * DEGREE_PARTS),
  lon: Math.round(lon * DEGREE_PARTS),
});
export const placeOf = ({ lat, lon }: RoundPlace): Place => ({
  lat: lat / DEGREE_PARTS,
  lon: lon / DEGREE_PARTS,
});

/** Says nothing without the salt: that is erased with the place. */
export function placeHash({ lat, lon }: RoundPlace, salt: Uint8Array): Buffer {
  const parts = Buffer.alloc(8);
  parts.writeInt32BE(lat, 0);
  parts.writeInt32BE(lon, 4);
  return createHash('sha256').update(salt).update(parts).digest().subarray(0, HASH_BYTES);
}

/** What is pinned; left out: the rules did not ask for it, or the record is older. null: nobody knew it. */
export type Pins = { country?: string | null; place?: string | null };

/** Layout: one number, country * 4 + place is known * 2 + place was asked for; then the hash of a known place. */
const [NOT_ASKED, UNKNOWN, FIRST] = [0, 1, 2];
const LETTERS = 26;
const LETTER_A = 'A'.charCodeAt(0);

export const asksPins = ({ asksCountry, asksPlace }: Pick<Rules, 'asksCountry' | 'asksPlace'>): boolean =>
  asksCountry || asksPlace;

export function packPins(
  out: Packer,
  { asksCountry, asksPlace }: Pick<Rules, 'asksCountry' | 'asksPlace'>,
  lead: { country: string | null; placeHash?: Uint8Array | null | undefined },
): void {
  const known = asksPlace && lead.placeHash ? lead.placeHash : null;
  const country = asksCountry ? countryNumber(lead.country) : NOT_ASKED;
  out.count(country * 4 + (known ? 2 : 0) + (asksPlace ? 1 : 0));
  if (known) out.bytes(known);
}

export function unpackPins(from: Unpacker): Pins {
  const head = from.count();
  const number = Math.floor(head / 4);
  const hash = head & 2 ? from.bytes(HASH_BYTES).toString('hex') : null;
  return {
    ...(number === NOT_ASKED ? {} : { country: countryOf(number) }),
    ...(head & 1 ? { place: hash } : {}),
  };
}

const countryNumber = (country: string | null): number =>
  country !== null && /^[A-Z]{2}$/.test(country)
    ? FIRST + (country.charCodeAt(0) - LETTER_A) * LETTERS + country.charCodeAt(1) - LETTER_A
    : UNKNOWN;

function countryOf(number: number): string | null {
  if (number === UNKNOWN) return null;
  const [first, second] = [Math.floor((number - FIRST) / LETTERS), (number - FIRST) % LETTERS];
  if (first >= LETTERS) throw new Error(`country ${number} is not known to this program`);
  return String.fromCharCode(LETTER_A + first, LETTER_A + second);
}

/** Country and place as they were decided on; where a record pins none, as they are now. */
export function asPinned<T extends Place>(
  pins: Pins | null,
  now: { country: string | null; place: T | undefined },
): { country: string | null; place: T | undefined } {
  return {
    country: pins?.country === undefined ? now.country : pins.country,
    place: pins?.place === null ? undefined : now.place,
  };
}
