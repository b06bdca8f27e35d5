/** A place on earth, in degrees. */
export type Place = { lat: number; lon: number };

/** Mean radius of the earth (IUGG). */
const EARTH_KM = 6_371.0088;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Kilometres along the surface by the haversine formula; on a ball, so up to 0.5 % off. */
export function distanceKm(a: Place, b: Place): number {
  const north = Math.sin(radians(b.lat - a.lat) / 2) ** 2;
  const east = Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  const chord = north + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * east;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/**
 * The codes under which a list of places may know a postcode, best first: such lists hold only the first part of
 * British, Irish, Canadian and Dutch ones.
 */
export function placeCodes(country: string, bareCode: string): string[] {
  const part = FIRST_PARTS[country]?.(bareCode);
  return part === undefined || part === bareCode || part === '' ? [bareCode] : [bareCode, part];
}

const FIRST_PARTS: Readonly<Record<string, (code: string) => string>> = {
  GB: (code) => code.slice(0, -3),
  IE: (code) => code.slice(0, 3),
  CA: (code) => code.slice(0, 3),
  NL: (code) => code.slice(0, 4),
};
