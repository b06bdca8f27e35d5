import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { movesRatioAway, VERDICTS } from './facts.ts';
import { STATIC_CHECKS } from './rules.ts';

describe('the checks of distribution', () => {
  it('stand in docs/distribution.md in the order in which the code runs them', () => {
    const text = readFileSync(new URL('../../../docs/distribution.md', import.meta.url), 'utf8');
    const words = [...text.matchAll(/^\|[^|\n]*\|[^|\n]*\| `([a-z_]+)` \|/gm)].map(([, word]) => word);
    const dynamic = Object.keys(VERDICTS).filter((word) => word !== 'chosen' && word !== 'no_seat');
    expect(words).toEqual([...STATIC_CHECKS, ...dynamic]);
  });
});

describe('a premium ratio', () => {
  it.each([
    [70, 'pppprrr', 'premium', false],
    [70, 'pppprrr', 'raw', true],
    [70, 'pppppppr', 'raw', false],
    [100, '', 'raw', true],
    [100, '', 'premium', false],
    [0, 'rrr', 'premium', true],
    [50, '', 'raw', false],
  ] as const)('of %i after %s: a %s lead moves it away: %s', (ratio, recent, type, away) => {
    expect(movesRatioAway(ratio, recent, type)).toBe(away);
  });
});
