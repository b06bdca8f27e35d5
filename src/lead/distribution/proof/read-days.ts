import type { App } from '../../../platform/app.ts';
import type { Tx } from '../../../platform/db.ts';
import type { AdminProofDay, ProofDay } from './schema.ts';
import * as store from './store-roots.ts';

type Asked = { day?: string; before?: string | undefined; limit: number };

/** The days as everybody sees them, newest first; today and the days ahead show the hash of their secret alone. */
export function readDays(app: App, of: Asked): Promise<ProofDay[]> {
  return app.db.tx({ role: 'operator' }, async (tx) => (await daysOf(tx, of)).map(shown), { readOnly: true });
}

export function readDaysOfAdmin(app: App, of: Asked): Promise<AdminProofDay[]> {
  return app.db.tx(
    { role: 'operator' },
    async (tx) => {
      const days = await daysOf(tx, of);
      const runs = await store.runsOf(
        tx,
        days.map(({ day }) => day),
      );
      const runOf = new Map(runs.map((run) => [run.day, run]));
      return days.map((day) => {
        const run = runOf.get(day.day);
        return {
          ...shown(day),
          leaves: day.leaves === null ? null : Number(day.leaves),
          run: run ? ran(run) : null,
        };
      });
    },
    { readOnly: true },
  );
}

const daysOf = async (tx: Tx, of: Asked): Promise<store.ProofDay[]> =>
  store.proofDays(tx, { ...of, today: await store.today(tx) });

const shown = (day: store.ProofDay): ProofDay => ({
  day: day.day,
  root: day.root,
  previous_day: day.previousDay,
  previous_root: day.previousRoot,
  tree_root: day.treeRoot,
  decisions: day.decisions === null ? null : Number(day.decisions),
  replaces: day.replaces,
  made_at: day.madeAt?.toISOString() ?? null,
  seed_hash: day.seedHash,
  seed_ahead: day.seedAhead,
  seed: day.seed,
});

const ran = (run: store.RunRow) => ({
  run_at: run.runAt.toISOString(),
  decisions: Number(run.decisions),
  replayed: Number(run.replayed),
  arithmetic_only: Number(run.arithmeticOnly),
  erased: Number(run.erased),
  findings: run.findings,
  first_finding: run.firstFinding,
});
