import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  factsOf,
  moveAlong,
  movedByRecord,
  nothingKnown,
  remember,
} from '../../src/lead/distribution/facts-memory.ts';
import { bytesAgain, replay } from '../../src/lead/distribution/proof/replay.ts';
import { decodeRecord, encodeRecord } from '../../src/lead/distribution/record.ts';
import { flood, SEED, write } from './chains.ts';

/** The heart of the proof: whatever happens between batches, the records alone give the same decisions, byte for byte. */
describe('the records of a flood', () => {
  it('give the same decisions again, byte for byte, whatever happened between the batches', () => {
    let sold = 0;
    fc.assert(
      fc.property(flood, (of) => {
        let known = nothingKnown();
        for (const { lead, bytes, rules } of write(of).chain) {
          const record = decodeRecord(bytes);
          if (record.fullFacts) known = nothingKnown();
          remember(known, rules, factsOf(record));
          const decision = replay({ rules, known, seed: SEED, entry: { leadId: lead.id, record } });
          expect(bytesAgain(decision, rules, record).toString('hex')).toBe(bytes.toString('hex'));
          // A record of the version before pinned less of the lead, and is run again as ever.
          const older = encodeRecord(decision, rules, factsOf(record), record.fullFacts, 2);
          const asOlder = { leadId: lead.id, record: decodeRecord(older) };
          const again = replay({ rules, known, seed: SEED, entry: asOlder });
          expect(bytesAgain(again, rules, asOlder.record).toString('hex')).toBe(older.toString('hex'));
          moveAlong(known, rules, movedByRecord(rules, record));
          sold += record.chosen.length;
        }
      }),
      { numRuns: 250 },
    );
    expect(sold).toBeGreaterThan(200);
  });
});
