import { type DayReport, isDay, sayFinding, verifyDay } from '../lead/distribution/index.ts';
import { asAuditor } from '../platform/auditor.ts';
import type { Secrets } from '../platform/secrets.ts';
import { StartupError } from '../platform/startup-error.ts';

/**
 * `fairlead verify --day D`: runs the decisions of a day again and names what differs. It reads as the auditor and
 * changes nothing. The command ends with exit code 1 when something was found.
 */
export async function runVerify(options: {
  ownerUrl: string;
  day: string;
  nicheId?: string | undefined;
  providerId?: string | undefined;
  /** The data keys; without them the root is checked by the ends of the chains alone. */
  secrets?: Pick<Secrets, 'keyedHashes'> | undefined;
  print?: (line: string) => void;
}): Promise<DayReport> {
  const { ownerUrl, day, nicheId, providerId, secrets } = options;
  const print = options.print ?? ((line: string) => void process.stdout.write(`${line}\n`));
  if (!isDay(day))
    throw new StartupError('day_invalid', `"${day}" is no day. Give it as 2026-11-20, in UTC.`);
  const report = await asAuditor(ownerUrl, (tx) => verifyDay(tx, { day, nicheId, secrets }));
  for (const line of linesOf(report, providerId)) print(line);
  return report;
}

function linesOf(report: DayReport, providerId: string | undefined): string[] {
  const { day, niches, decisions, replayed, arithmeticOnly, erased, assignments, findings, more } = report;
  // What concerns nobody in particular, a gap in the chain for instance, concerns everybody.
  const own = findings.filter(
    (one) => providerId === undefined || (one.providerId ?? providerId) === providerId,
  );
  const lines = [
    `${day}: ${decisions} decisions in ${niches} niches, ${assignments} assignments.`,
    `${replayed} were run again from their records.`,
  ];
  if (arithmeticOnly > 0)
    lines.push(
      `${arithmeticOnly} were taken by other rules or kept in an older record: chain and arithmetic only.`,
    );
  if (erased > 0)
    lines.push(
      `${erased} are of leads that were erased since: who was a candidate is taken from the record.`,
    );
  if (report.root) lines.push(`The published root: ${report.root}.`);
  lines.push(...own.map(sayFinding));
  if (more) lines.push('There is more; only the first findings are named.');
  lines.push(own.length === 0 ? 'Every decision holds.' : `${own.length} findings.`);
  return lines;
}
