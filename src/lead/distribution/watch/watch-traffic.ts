import { enqueueMessages } from '../../../journal/messages/index.ts';
import { newId } from '../../../kernel/ids.ts';
import type { App } from '../../../platform/app.ts';
import type { Tx } from '../../../platform/db.ts';
import { trafficAlerted } from '../events.ts';
import { decodeRecord } from '../record.ts';
import {
  activeNiches,
  countHour,
  decisionsOfHour,
  keepAlerts,
  matchings,
  type NewAlert,
  type NicheHour,
  nextHour,
  openAlerts,
  pauses,
  staffToTell,
} from './store.ts';
import { isQuiet, isSpike, LOOK_BACK_DAYS, percent } from './unusual.ts';

/**
 * Watches the traffic hour by hour: a source or niche that had leads and has none for an unusual time, and a niche whose
 * leads suddenly match nobody. Who is told gets one mail when it begins; the home page shows it until it is over.
 */

/** The newest decisions of a niche that are looked at for one hour; more would tell no other part. */
const SAMPLE_MAX = 1_000;
const STAFF_TOLD_MAX = 5;
/** Alerts that one mail names; the home page has all. */
const ALERTS_NAMED_MAX = 10;
export const ALERTS_SHOWN_MAX = 100;

/** Counts the next full hour; returns 1. When all are counted it judges what they say, and returns 0. */
export async function watchTraffic(app: App): Promise<number> {
  return app.db.tx({ role: 'engine' }, async (tx) => {
    const hour = await nextHour(tx, LOOK_BACK_DAYS);
    if (hour) {
      await countHour(tx, { hour, niches: await nicheHours(tx, hour), days: LOOK_BACK_DAYS });
      return 1;
    }
    await judge(app, tx);
    return 0;
  });
}

async function nicheHours(tx: Tx, hour: Date): Promise<NicheHour[]> {
  const hours: NicheHour[] = [];
  for (const nicheId of await activeNiches(tx)) {
    const rows = await decisionsOfHour(tx, { nicheId, hour, limit: SAMPLE_MAX });
    // The last decision of a lead counts: what nobody matched at first may have been sold since.
    const last = new Map(rows.map(({ leadId, record }) => [leadId, record]));
    const unmatched = [...last.values()].filter(
      (record) => record !== null && decodeRecord(record).verdicts.length === 0,
    );
    if (last.size > 0) hours.push({ nicheId, decided: last.size, unmatched: unmatched.length });
  }
  return hours;
}

async function judge(app: App, tx: Tx): Promise<void> {
  const quiet = (await pauses(tx)).filter(isQuiet).map(
    ({ scope, scopeId, name, leads, pauseHours, longestHours }): NewAlert => ({
      ...{ id: newId(), kind: 'no_leads', scope, scopeId, name },
      ...{ found: pauseHours, usual: longestHours, ofLeads: leads },
    }),
  );
  const spikes = (await matchings(tx)).filter(isSpike).map(
    ({ scope, scopeId, name, ...of }): NewAlert => ({
      ...{ id: newId(), kind: 'unmatched', scope, scopeId, name },
      ...{ found: of.unmatched, usual: percent(of.usualUnmatched, of.usualDecided), ofLeads: of.decided },
    }),
  );
  const alerts = [...quiet, ...spikes];
  const fresh = await keepAlerts(tx, alerts);
  const news = alerts.filter(({ id }) => fresh.has(id));
  if (news.length === 0) return;
  const named = news.slice(0, ALERTS_NAMED_MAX).map(alertWords);
  if (news.length > named.length) named.push(`And ${news.length - named.length} more.`);
  const params = { count: news.length, lines: named.join('\n'), homeUrl: `${app.config.PUBLIC_URL}/admin` };
  const staff = await staffToTell(tx, STAFF_TOLD_MAX);
  await enqueueMessages(
    tx,
    staff.map((recipient) => ({ template: 'traffic-alert', recipient, params })),
  );
  for (const { kind, scope, scopeId } of news) trafficAlerted(tx, { kind, scope, scopeId });
}

/** "No lead from the source Form A for 9 hours; its longest pause in 14 days was 4 hours." */
export function alertWords(
  alert: Pick<NewAlert, 'kind' | 'scope' | 'name' | 'found' | 'usual' | 'ofLeads'>,
): string {
  const { kind, scope, name, found, usual, ofLeads } = alert;
  if (kind === 'unmatched') {
    return `${found} of ${ofLeads} leads of the niche ${name} matched nobody in one hour; usual is ${usual} %.`;
  }
  const where = scope === 'source' ? 'from the source' : 'in the niche';
  const before =
    usual === 0
      ? `in ${LOOK_BACK_DAYS} days there was no such pause`
      : `the longest pause in ${LOOK_BACK_DAYS} days was ${hours(usual)}`;
  return `No lead ${where} ${name} for ${hours(found)}; ${before}.`;
}

const hours = (n: number): string => (n === 1 ? 'one hour' : `${n} hours`);

/** For the home page. */
export async function readAlerts(app: App) {
  return app.db.tx({ role: 'operator' }, (tx) => openAlerts(tx, ALERTS_SHOWN_MAX), { readOnly: true });
}
