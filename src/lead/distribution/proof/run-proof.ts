import type { App } from '../../../platform/app.ts';
import { dayVerified } from './events.ts';
import type { Finding } from './report.ts';
import * as store from './store-roots.ts';
import { verifyDay } from './verify-day.ts';

/** A finding as one line: ids and numbers only. */
export function sayFinding({ nicheId, seq, leadId, what, expected, found }: Finding): string {
  const where = [nicheId && `niche ${nicheId}`, seq && `decision ${seq}`, leadId && `lead ${leadId}`];
  const place = where.filter(Boolean).join(', ');
  return `${place === '' ? '' : `${place}: `}${what}: expected ${expected}, found ${found}`;
}

const FIRST_LENGTH_MAX = 500;

/**
 * Runs the newest day that has a root and was not checked yet, and keeps what came out: what the portal shows, and what
 * the alert looks at. Returns 1, or 0 when all are done.
 */
export async function runProof(app: App): Promise<number> {
  const day = await app.db.tx({ role: 'engine' }, (tx) => store.dayToRun(tx), { readOnly: true });
  if (day === undefined) return 0;
  const report = await app.db.tx(
    { role: 'engine' },
    async (tx) => ((await store.takeReading(tx)) ? verifyDay(tx, { day, secrets: app.secrets }) : undefined),
    { readOnly: true },
  );
  if (!report) return 0;
  const [first] = report.findings;
  const firstFinding = first ? sayFinding(first).slice(0, FIRST_LENGTH_MAX) : null;
  const { decisions, replayed } = report;
  const findings = report.findings.length;
  await app.db.tx({ role: 'engine' }, async (tx) => {
    await store.insertRun(tx, {
      day,
      decisions: String(decisions),
      replayed: String(replayed),
      arithmeticOnly: String(report.arithmeticOnly),
      erased: String(report.erased),
      findings,
      firstFinding,
    });
    dayVerified(tx, { day, decisions, replayed, findings, first: firstFinding });
  });
  return 1;
}
