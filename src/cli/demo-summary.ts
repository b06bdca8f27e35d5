import { setTimeout as wait } from 'node:timers/promises';
import type { App } from '../platform/app.ts';
import { countOf, endedLeads, type Figures, openDeliveries, readFigures } from './demo-figures.ts';
import type { People } from './demo-people.ts';
import { words } from './demo-view.ts';

/** The end of `demo --once`: wait until everything has ended, then say what came out. */

const LOOK_MS = 250;

/**
 * Until every posted lead is final and every delivery has been delivered, refused or given up, or the time is over.
 */
export async function untilAllEnded(
  app: Pick<App, 'db'>,
  people: People,
  options: { timeoutMs: number; stopped: AbortSignal },
): Promise<Figures> {
  const endsAt = performance.now() + options.timeoutMs;
  const out = wait(options.timeoutMs, undefined, { signal: options.stopped, ref: false }).catch(() => {});
  await Promise.race([people.done, out]);
  for (;;) {
    const figures = await readFigures(app);
    const over = options.stopped.aborted || performance.now() > endsAt;
    if (over || allEnded(figures, people)) return figures;
    await wait(LOOK_MS);
  }
}

export const allEnded = (figures: Figures, people: Pick<People, 'posted'>): boolean =>
  countOf(figures.leads) >= people.posted() &&
  endedLeads(figures) === countOf(figures.leads) &&
  openDeliveries(figures) === 0;

/** What came out, in lines for the terminal. */
export function summaryOf(
  figures: Figures,
  people: Pick<People, 'posted' | 'refused'>,
  seconds: number,
): string[] {
  const lag = (of: Figures['submitToAnswer']) => (of ? `p50 ${of.p50} ms, p99 ${of.p99} ms` : 'none');
  const ended = endedLeads(figures);
  const open = countOf(figures.leads) - ended;
  const refused = people.refused();
  return [
    '',
    `Summary after ${seconds.toFixed(1)} s`,
    `  Leads posted            ${people.posted()}${refused.length > 0 ? `, ${refused.length} refused` : ''}`,
    `  Leads ended             ${ended}${open > 0 ? `, ${open} NOT ended` : ''}`,
    `  by state                ${words(figures.leads)}`,
    `  Sold                    ${figures.assignments} assignments, revenue ${figures.revenue}`,
    `  Deliveries              ${countOf(figures.deliveries)} (${words(figures.deliveries)})`,
    `  Submit to answer        ${lag(figures.submitToAnswer)}   (with the click in the mail)`,
    `  Ready to answer         ${lag(figures.readyToAnswer)}   (ready: confirmed)`,
    ...refused.slice(0, 3).map((what) => `  Refused                 ${what}`),
  ];
}
