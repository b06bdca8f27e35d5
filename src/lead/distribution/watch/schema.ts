import { z } from 'zod';

/** Alerts that go on. Times are ISO texts. */
export const trafficAlertsView = z.object({
  value: z.number(),
  alerts: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['no_leads', 'unmatched']),
      scope: z.enum(['source', 'niche']),
      scope_id: z.string(),
      name: z.string().nullable(),
      sentence: z.string(),
      began_at: z.string(),
    }),
  ),
  basis: z.string(),
});
export type TrafficAlertsView = z.infer<typeof trafficAlertsView>;
