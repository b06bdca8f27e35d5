import { z } from 'zod';
import type { CamelKeys } from '../../kernel/names.ts';
import { id, shownText, time, timeOrNull } from '../schema.ts';

export const STOP_SCOPES = ['everything', 'niche', 'source', 'provider'] as const;
export type StopScope = (typeof STOP_SCOPES)[number];
const REASON_MAX = 500;

export const newStop = z.strictObject({
  scope: z.enum(STOP_SCOPES),
  /** Of the niche, the source or the provider; left out for `everything`. */
  scope_id: id.nullable().default(null),
  reason: shownText(REASON_MAX),
});
export type NewStop = CamelKeys<z.infer<typeof newStop>>;

export const releaseBody = z.strictObject({ reason: shownText(REASON_MAX) });

export const stopQuery = z.object({
  /** `true`: only what is stopped now. */
  held: z.enum(['true', 'false']).optional(),
});

export const stopView = z.object({
  id: z.string(),
  scope: z.enum(STOP_SCOPES),
  scope_id: z.string().nullable(),
  /** Of the niche, the source or the provider. */
  name: z.string().nullable(),
  reason: z.string(),
  /** null: from the command line. */
  set_by: z.string().nullable(),
  set_by_name: z.string().nullable(),
  set_at: time,
  released_by: z.string().nullable(),
  released_by_name: z.string().nullable(),
  released_at: timeOrNull,
  release_reason: z.string().nullable(),
});
export type StopView = z.infer<typeof stopView>;
