import type { KeyObject } from 'node:crypto';
import type { Tx } from '../../../platform/db.ts';
import type { Difference } from './check-record.ts';
import type { SeedRow } from './store-chain.ts';
import type { RootRow } from './store-roots.ts';

/** What running a day again found, and what it is gathered with. */
export type Finding = Difference & { nicheId: string; seq: string | null; leadId: string | null };

export type DayReport = {
  day: string;
  findings: Finding[];
  /** True when there were more findings than are named. */
  more: boolean;
  niches: number;
  decisions: number;
  /** Run again, byte for byte. */
  replayed: number;
  /** Of other rules or records: chain and arithmetic only. */
  arithmeticOnly: number;
  /** Erased since: who was a candidate is taken from the record. */
  erased: number;
  assignments: number;
  /** What was done about the published root; null: there is none. */
  root: 'worked out again' | 'ends of the chains only' | null;
};

export type Session = {
  tx: Tx;
  report: DayReport;
  seed: SeedRow | undefined;
  /** Order of receipt of each subscription, as the chain of the niche told it last. */
  keys: Map<string, number | null>;
  /** The root that was published, and the secret of its salts where it is known. */
  root: RootRow | undefined;
  /** The one that it stands on. */
  previous: RootRow | undefined;
  daySalt: KeyObject | undefined;
  leaves: Buffer[];
  /** The chain says too little to run a decision again, and that was said. */
  torn: boolean;
  add(where: { nicheId: string; seq: bigint | null; leadId: string | null }, difference: Difference): void;
};
