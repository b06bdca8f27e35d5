import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

/**
 * Draws growth.svg from the table "How distribution grows" of README.md, so that picture and figures are the same:
 * `node bench/growth.ts`. Cost of a lead by the number of subscriptions of its niche, both axes by powers of ten.
 */
const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 64;
const BOTTOM = 48;
const TOP = 24;
const RIGHT = 40;

type Point = { subscriptions: number; ms: number };

async function pointsOf(readme: string): Promise<Point[]> {
  const rows = (await readFile(readme, 'utf8')).matchAll(/^\| ([\d,]+) subscriptions \| ([\d.]+) ms \|/gm);
  return [...rows].map(([, subscriptions, ms]) => ({
    subscriptions: Number(subscriptions!.replaceAll(',', '')),
    ms: Number(ms),
  }));
}

function draw(points: readonly Point[]): string {
  const [first] = points;
  const x = ({ subscriptions }: Pick<Point, 'subscriptions'>) =>
    LEFT + ((Math.log10(subscriptions) - 2) / 2) * (WIDTH - LEFT - RIGHT);
  const most = Math.max(...points.map(({ ms }) => ms), 2 * first!.ms) * 1.15;
  const y = (ms: number) => HEIGHT - BOTTOM - (ms / most) * (HEIGHT - BOTTOM - TOP);
  const text = (at: [number, number], said: string, anchor = 'middle') =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}">${said}</text>`;
  const line = points.map((point) => `${x(point).toFixed(1)},${y(point.ms).toFixed(1)}`).join(' ');
  const bar = y(2 * first!.ms).toFixed(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" fill="#555">`,
    '<title>Cost of a lead by the number of subscriptions of its niche</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" fill="none" stroke="#999"/>`,
    `<path d="M${LEFT} ${bar}H${WIDTH - RIGHT}" stroke="#b45309" stroke-dasharray="5 4"/>`,
    text([LEFT + 8, Number(bar) - 6], 'twice the cost at 100 subscriptions', 'start'),
    `<polyline points="${line}" fill="none" stroke="#1d4ed8" stroke-width="2.5"/>`,
    ...points.map(
      (point) => `<circle cx="${x(point).toFixed(1)}" cy="${y(point.ms).toFixed(1)}" r="4" fill="#1d4ed8"/>`,
    ),
    ...points.map((point) => text([x(point), y(point.ms) - 10], `${point.ms.toFixed(2)} ms`)),
    ...points.map((point) =>
      text([x(point), HEIGHT - BOTTOM + 20], point.subscriptions.toLocaleString('en')),
    ),
    text(
      [LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 8],
      'subscriptions in the niche, of which a lead matches about 50',
    ),
    text([LEFT - 8, y(0) + 4], '0', 'end'),
    '</svg>',
    '',
  ].join('\n');
}

const folder = import.meta.dirname;
await writeFile(resolve(folder, 'growth.svg'), draw(await pointsOf(resolve(folder, 'README.md'))));
