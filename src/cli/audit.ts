import { performance } from 'node:perf_hooks';
import { asAuditor } from '../platform/auditor.ts';
import { CHECKS } from './audit/checks.ts';
import type { Check, Finding } from './audit/finding.ts';

/** Rows that are named per invariant. */
const FINDINGS_MAX = 20;

export type AuditResult = {
  clean: boolean;
  findings: (Finding & { id: string; rule: string })[];
  checked: { id: string; rule: string; found: number; ms: number; note: string | null }[];
};

/**
 * `fairlead audit`: checks the invariants of leads, money, caps, deliveries and journals on a live database, in one
 * snapshot, and names the rows that break them. It reads as the auditor and changes nothing. The command ends with
 * exit code 1 when something was found.
 */
export async function runAudit(options: {
  ownerUrl: string;
  print?: (line: string) => void;
}): Promise<AuditResult> {
  const print = options.print ?? ((line: string) => void process.stdout.write(`${line}\n`));
  const result: AuditResult = { clean: true, findings: [], checked: [] };
  await asAuditor(options.ownerUrl, async (tx) => {
    for (const check of CHECKS) {
      const startedAt = performance.now();
      const { findings, note } = whole(await check.run(tx, FINDINGS_MAX));
      const ms = Math.round(performance.now() - startedAt);
      const { id, rule } = check;
      result.checked.push({ id, rule, found: findings.length, ms, note });
      result.findings.push(...findings.map(({ row, text }) => ({ id, rule, row, text })));
    }
  });
  result.clean = result.findings.length === 0;
  for (const line of table(result)) print(line);
  return result;
}

const whole = (found: Awaited<ReturnType<Check['run']>>): { findings: Finding[]; note: string | null } =>
  'findings' in found ? found : { findings: [...found], note: null };

function table({ clean, checked, findings }: AuditResult): string[] {
  const width = Math.max(...checked.map(({ rule }) => rule.length));
  const lines = checked.flatMap(({ id, rule, found, ms, note }) => {
    const count = found >= FINDINGS_MAX ? `${found} or more` : String(found);
    const verdict = found === 0 ? 'ok' : `${count} found`;
    const line = `${id.padEnd(4)} ${rule.padEnd(width)}  ${verdict.padEnd(16)} ${ms} ms`;
    return [line, ...(note === null ? [] : [`     ${note}`])];
  });
  const named = findings.map(({ id, row, text }) => `${id.padEnd(4)} ${row}: ${text}`);
  return [...lines, '', ...named, clean ? 'Nothing is wrong.' : `${findings.length} findings.`];
}
