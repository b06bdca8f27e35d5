import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Tokens = Map<string, [lightness: number, chroma: number, hue: number]>;

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** Tokens of one theme: every `--name: oklch(l c h)` in the block of that theme. */
function tokensOf(theme: 'light' | 'dark'): Tokens {
  const block = css.split(`[data-theme="${theme}"] {`)[1]?.split('\n}')[0] ?? '';
  const found = block.matchAll(/--([a-z0-9-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g);
  return new Map([...found].map((m) => [m[1]!, [Number(m[2]), Number(m[3]), Number(m[4])]]));
}

/** Relative luminance (WCAG 2) of an OKLCH colour; OKLab to linear sRGB after Ottosson. */
function luminance([lightness, chroma, hue]: [number, number, number]): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (x: number) => Math.min(1, Math.max(0, x));
  const red = clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(tokens: Tokens, front: string, back: string): number {
  const [one, two] = [front, back].map((name) => {
    const colour = tokens.get(name);
    if (!colour) throw new Error(`no token --${name}`);
    return luminance(colour);
  }) as [number, number];
  return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
}

const surfaces = ['surface-0', 'surface-1', 'surface-2', 'surface-3', 'float'];
const tones = ['good', 'warn', 'bad', 'info', 'test'];
const soft = [...tones, 'accent'].map((tone) => `${tone}-soft`);

/** Front, back and the least contrast: 7 for text, 4.5 for what is quieter, 3 for the edge of a control. */
const pairs: [front: string, back: string, least: number][] = [
  ...[...surfaces, ...soft].map((back): [string, string, number] => ['text', back, 7]),
  ...[...surfaces, ...soft].map((back): [string, string, number] => ['text-muted', back, 4.5]),
  ...surfaces.slice(0, 3).map((back): [string, string, number] => ['text-faint', back, 4.5]),
  ...[...tones, 'accent'].flatMap((tone) =>
    [...surfaces.slice(0, 3), 'float', `${tone}-soft`].map((b): [string, string, number] => [tone, b, 4.5]),
  ),
  ['accent', 'surface-3', 4.5],
  ['accent-text', 'accent', 4.5],
  ['accent-text', 'accent-hover', 4.5],
  ['bad-text', 'bad-fill', 4.5],
  ['bad-text', 'bad-hover', 4.5],
  ['test-text', 'test-fill', 4.5],
  ['line-strong', 'surface-0', 3],
  ['line-strong', 'surface-1', 3],
  ['line-strong', 'float', 3],
];

for (const theme of ['light', 'dark'] as const) {
  test.each(pairs)(`in the ${theme} theme, %s on %s has a contrast of at least %d`, (front, back, least) => {
    expect(contrast(tokensOf(theme), front, back)).toBeGreaterThanOrEqual(least);
  });
}

test('both themes define the same names', () => {
  expect([...tokensOf('dark').keys()]).toEqual([...tokensOf('light').keys()]);
});
