/**
 * Names of fields: `price_per_lead` in the API and in SQL, `pricePerLead` in code. Only the keys of the object itself
 * are renamed, never those inside it: they may be data (the field map of an endpoint).
 */
type CamelKey<K extends string> = K extends `${infer A}_${infer B}` ? `${A}${Capitalize<CamelKey<B>>}` : K;
type SnakeKey<K extends string> = K extends `${infer H}${infer T}`
  ? `${H extends Lowercase<H> ? H : `_${Lowercase<H>}`}${SnakeKey<T>}`
  : K;

export type CamelKeys<T> = { [K in keyof T as CamelKey<K & string>]: T[K] };
export type SnakeKeys<T> = { [K in keyof T as SnakeKey<K & string>]: T[K] };

/** `pricePerLead` for `price_per_lead`. */
export const camelName = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
/** `price_per_lead` for `pricePerLead`; a name in that writing stays as it is. */
export const snakeName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** An object of the API as code reads it. Fields that are undefined are left out. */
export function camelKeys<T extends object>(value: T): CamelKeys<T> {
  return renamed(value, camelName) as CamelKeys<T>;
}

/** An object of our own as the API shows it. */
export function snakeKeys<T extends object>(value: T): SnakeKeys<T> {
  return renamed(value, snakeName) as SnakeKeys<T>;
}

function renamed(value: object, rename: (name: string) => string): Record<string, unknown> {
  const entries = Object.entries(value).filter(([, held]) => held !== undefined);
  return Object.fromEntries(entries.map(([name, held]) => [rename(name), held]));
}
