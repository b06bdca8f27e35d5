import type { App } from '../platform/app.ts';
import { endedLeads, type Figures, openDeliveries, readFigures } from './demo-figures.ts';
import type { People } from './demo-people.ts';

/** The demo on the screen: a table that redraws itself in a terminal, one plain line every 2 s anywhere else. */
export type View = { stop: () => Promise<void> };

const REDRAW_MS = 500;
const LINE_MS = 2_000;
const PROVIDERS_SHOWN = 24;
const HOME = '\x1b[H';
const CLEAR_BELOW = '\x1b[J';
const CLEAR_LINE = '\x1b[K';

export function startView(
  app: Pick<App, 'db'>,
  people: People,
  screen: { out: NodeJS.WriteStream; header: string[] },
): View {
  const live = screen.out.isTTY === true;
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let drawing: Promise<void> = Promise.resolve();
  if (live) screen.out.write('\x1b[2J');

  const draw = async () => {
    const figures = await readFigures(app);
    const seconds = (performance.now() - startedAt) / 1_000;
    if (!live) screen.out.write(`${plainLine(figures, people, seconds)}\n`);
    else {
      const rows = Math.max(10, (screen.out.rows ?? 40) - 1);
      const lines = [...screen.header, '', ...table(figures, people, seconds)].slice(0, rows);
      const width = screen.out.columns ?? 100;
      const text = lines.map((line) => `${line.slice(0, width)}${CLEAR_LINE}\n`).join('');
      screen.out.write(`${HOME}${text}${CLEAR_BELOW}`);
    }
  };
  const next = () => {
    if (stopped) return;
    // A figure that cannot be read now (the database is busy or stopping) is read at the next look.
    drawing = draw().catch(() => {});
    void drawing.then(() => {
      if (!stopped) timer = setTimeout(next, live ? REDRAW_MS : LINE_MS);
    });
  };
  next();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await drawing;
    },
  };
}

export function plainLine(
  figures: Figures,
  people: Pick<People, 'posted' | 'refused'>,
  seconds: number,
): string {
  const { leads, deliveries, revenue, readyToAnswer } = figures;
  const refused = people.refused().length;
  return [
    `${seconds.toFixed(0).padStart(4)} s`,
    `${people.posted()} posted${refused > 0 ? ` (${refused} refused)` : ''}`,
    `${endedLeads(figures)} leads ended (${words(leads) || 'none yet'})`,
    `${figures.assignments} sold for ${revenue}`,
    `deliveries: ${words(deliveries) || 'none yet'}`,
    readyToAnswer ? `p50 ${readyToAnswer.p50} ms, p99 ${readyToAnswer.p99} ms` : 'no answer yet',
  ].join(' | ');
}

function table(figures: Figures, people: People, seconds: number): string[] {
  const { submitToAnswer, readyToAnswer } = figures;
  const lag = (of: typeof submitToAnswer) => (of ? `p50 ${of.p50} ms   p99 ${of.p99} ms` : 'none yet');
  return [
    `Running ${seconds.toFixed(0)} s   posted ${people.posted()}   refused ${people.refused().length}`,
    `Leads       ${words(figures.leads)}`,
    `Money       ${figures.assignments} sold for ${figures.revenue}, ${figures.refunded} refunded`,
    `Deliveries  ${words(figures.deliveries)}   (${openDeliveries(figures)} under way)`,
    `Latency     sent to answered: ${lag(submitToAnswer)}`,
    `            ready to answered: ${lag(readyToAnswer)}`,
    '',
    `${'Provider'.padEnd(24)}${'leads'.padStart(7)}${'delivered'.padStart(11)}${'under way'.padStart(11)}  breaker`,
    ...figures.providers.slice(0, PROVIDERS_SHOWN).map(providerLine),
  ];
}

const providerLine = ({ name, leads, delivered, open, breaker }: Figures['providers'][number]): string =>
  `${name.slice(0, 23).padEnd(24)}${String(leads).padStart(7)}${String(delivered).padStart(11)}` +
  `${String(open).padStart(11)}  ${breaker === 'closed' ? '' : breaker.replace('_', ' ')}`;

/** "12 delivered, 3 pending", the most first. */
export const words = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([state, n]) => `${n} ${state.replaceAll('_', ' ')}`)
    .join(', ');
