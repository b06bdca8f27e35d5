/**
 * The life of a lead is written down four times: in docs/lead-lifecycle.md, in src/lead/lead.ts, in src/lead/flow.ts
 * and in the table.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FLOW } from '../src/lead/flow.ts';
import { FINAL_STATES, LEAD_STATES, TRANSITIONS } from '../src/lead/lead.ts';

const text = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const page = text('docs/lead-lifecycle.md');

const documented = [...page.matchAll(/^\| (\w+) \| (\w+) \| (\w+) \|$/gm)]
  .filter(([, stage]) => stage !== 'stage')
  .map(([, stage, from, to]) => `${stage}: ${from} > ${to}`);
const withoutStage = (move: string): string => move.replace(/^\w+: /, '');

it('the moves in the document are the moves in the code', () => {
  const coded = Object.entries(TRANSITIONS).flatMap(([from, all]) => all.map((to) => `${from} > ${to}`));
  expect([...new Set(documented.map(withoutStage))].sort()).toEqual(coded.sort());
});

it('the flow gives each move to the stage that the document names, in the same order', () => {
  const flowing = FLOW.flatMap(({ name, moves }) => moves.map(([from, to]) => `${name}: ${from} > ${to}`));
  expect(flowing).toEqual(documented);
});

it('every move belongs to one stage', () => {
  const moves = FLOW.flatMap(({ moves }) => moves.map(([from, to]) => `${from} > ${to}`));
  expect(moves).toHaveLength(new Set(moves).size);
});

it('every state is explained, and a final one says so', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \|.*\|$/gm)];
  expect(rows.map(([, state]) => state).sort()).toEqual([...LEAD_STATES].sort());
  const final = rows.filter(([row]) => /\| final[^|]*\|$/.test(row)).map(([, state]) => state);
  expect(final.sort()).toEqual([...FINAL_STATES].sort());
});

it('the table knows the same states', () => {
  const [, list = ''] =
    /constraint leads_state_known check \(\s*state in \(([^)]*)\)/.exec(text('migrations/0006_lead.sql')) ??
    [];
  expect([...list.matchAll(/'(\w+)'/g)].map(([, state]) => state).sort()).toEqual([...LEAD_STATES].sort());
});
