/** One line of the benches' report. `ratio` is the median of interleaved rounds; `bar` is what it must reach. */
export type Figure = {
  name: string;
  unit: string;
  ours: number;
  baseline: number | null;
  ratio: number | null;
  bar: string;
  ok: boolean;
  samples: number[];
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};

/** Ours against a baseline in interleaved rounds: ours, baseline, ours, ... */
export function compare(
  name: string,
  unit: string,
  rounds: { ours: number; baseline: number }[],
  atLeast: number,
): Figure {
  const samples = rounds.map(({ ours, baseline }) => ours / baseline);
  const ratio = median(samples);
  return {
    name,
    unit,
    ours: median(rounds.map(({ ours }) => ours)),
    baseline: median(rounds.map(({ baseline }) => baseline)),
    ratio,
    bar: `ratio >= ${atLeast}`,
    ok: ratio >= atLeast,
    samples,
  };
}
