const WIDTH = 96;
const HEIGHT = 24;

interface SparklineProps {
  /** Oldest first; `null` is a day without data and leaves a gap. */
  values: readonly (number | null)[];
  /** Read aloud instead of the line. */
  label: string;
}

/** Zero-based line of up to about 60 values with a dot on the last one. */
export function Sparkline({ values, label }: SparklineProps) {
  const highest = Math.max(1, ...values.map((value) => value ?? 0));
  const point = (value: number, index: number): [x: number, y: number] => [
    2 + (index / Math.max(1, values.length - 1)) * (WIDTH - 4),
    HEIGHT - 2 - (value / highest) * (HEIGHT - 4),
  ];
  let path = '';
  let last: [number, number] | undefined;
  values.forEach((value, index) => {
    if (value === null) return;
    last = point(value, index);
    const gap = index === 0 || values[index - 1] === null;
    path += `${gap ? 'M' : 'L'}${last[0].toFixed(1)} ${last[1].toFixed(1)}`;
  });
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="h-6 w-24 shrink text-muted"
    >
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      {last && <circle cx={last[0]} cy={last[1]} r="2" fill="currentColor" />}
    </svg>
  );
}
