import { resolve } from 'node:path';
import { benchDelivery } from './delivery.ts';
import { benchDistribution } from './distribution.ts';
import { benchDistributionSize } from './distribution-size.ts';
import { benchEndToEnd } from './end-to-end.ts';
import type { Figure } from './figures.ts';
import { benchIntake } from './intake.ts';

/**
 * `npm run bench [-- name ...] [-- --json]`: ratios against baselines in the same run. Exits non-zero when a bar is
 * missed. BENCH_BASELINES names the folder of the fixed yardsticks; without it the copies under bench/baselines serve.
 */
const baselines = process.env.BENCH_BASELINES ?? resolve(import.meta.dirname, 'baselines');

const benches: Record<string, () => Promise<Figure[]>> = {
  intake: benchIntake,
  delivery: benchDelivery,
  'end-to-end': benchEndToEnd,
  distribution: () => benchDistribution(resolve(baselines, 'plain-distribution.sql')),
  'distribution-size': benchDistributionSize,
};

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const json = process.argv.includes('--json');
const figures: Figure[] = [];
for (const [name, run] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const figure of await run()) {
    figures.push(figure);
    if (json) console.log(JSON.stringify(figure));
  }
}
const shown = (value: number | null) =>
  value === null ? '' : value >= 100 ? value.toFixed(0) : value.toFixed(2);
if (!json) {
  console.table(
    figures.map(({ name, unit, ours, baseline, ratio, bar, ok }) => ({
      name, unit, ours: shown(ours), baseline: shown(baseline), ratio: shown(ratio), bar, ok,
    })),
  ); // biome-ignore format: one row
}
process.exitCode = figures.every(({ ok }) => ok) ? 0 : 1;
