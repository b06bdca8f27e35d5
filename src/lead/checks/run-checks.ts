import { newId } from '../../kernel/ids.ts';
import { readPhone } from '../../market/catalog/index.ts';
import type { App } from '../../platform/app.ts';
import { claimLeases, type Lease } from '../../platform/leases.ts';
import { passChecks } from '../advance.ts';
import { leadMoved } from '../events.ts';
import { FAILURES_MAX } from '../lead.ts';
import { insertVerdicts, lastVerdicts, lockCourses } from '../store-advance.ts';
import { type CheckAdapter, runAdapters } from './adapter.ts';
import { endLateChecks } from './end-late-checks.ts';
import { checkStepFailed } from './events.ts';
import { type MxCache, mxCheck } from './mx.ts';
import { scoreOf } from './score.ts';
import { stopLead } from './stop-lead.ts';
import { type CheckedPerson, failStep, holdsLease, readMx, readPersons, writeMx } from './store.ts';
import type { CheckSubject, Verdict } from './verdict.ts';

/** Leads one round asks about at the same time. */
const BATCH_MAX = 50;
const MX_CACHE_DAYS = 7;
const REST_MS = 5_000;
const ERROR_SHOWN_MAX = 200;
const engine = { role: 'engine' } as const;

/**
 * One round of the checks that ask somebody outside: claim, ask, record. A check that gets no answer says `unknown` and
 * the lead goes on; a failed one quarantines it before approval. What is over its time is ended first. Returns how many
 * leads it saw to.
 * @param adapters what is asked; by default what the configuration switches on
 */
export async function runChecks(
  app: App,
  adapters: readonly CheckAdapter[] = adaptersOf(app),
): Promise<number> {
  const ended = await endLateChecks(app);
  const leases = await app.db.tx(engine, (tx) =>
    claimLeases(tx, {
      table: 'leads',
      where: tx`state = 'checking' and parked_at is null`,
      leaseMs: app.config.LEASE_MS,
      limit: BATCH_MAX,
    }),
  );
  if (leases.length === 0) return ended;
  const ids = leases.map(({ id }) => id);
  const persons = await app.db.tx(engine, (tx) => readPersons(tx, ids));
  await Promise.all(
    leases.map((lease) =>
      checkOne(
        app,
        adapters,
        lease,
        persons.find(({ leadId }) => leadId === lease.id),
      ),
    ),
  );
  return ended + leases.length;
}

/** The checks that are switched on. */
export function adaptersOf(app: App): CheckAdapter[] {
  if (!app.config.MX_CHECK) return [];
  return [mxCheck({ cache: cacheOf(app), timeoutMs: app.config.MX_TIMEOUT_MS })];
}

const cacheOf = (app: App): MxCache => ({
  get: (domain) => app.db.tx(engine, (tx) => readMx(tx, domain, MX_CACHE_DAYS)),
  put: (domain, acceptsMail) => app.db.tx(engine, (tx) => writeMx(tx, domain, acceptsMail)),
});

async function checkOne(
  app: App,
  adapters: readonly CheckAdapter[],
  lease: Lease,
  person: CheckedPerson | undefined,
): Promise<void> {
  try {
    const subject = subjectOf(person);
    // An erased person has nothing to be asked about; withdrawal ends the lead elsewhere.
    const timeoutMs = app.config.LEASE_MS / 2;
    const found = subject === null ? [] : await runAdapters(adapters, subject, { timeoutMs });
    await record(app, lease, found);
  } catch (error) {
    const message = String((error as Error)?.message ?? error).slice(0, ERROR_SHOWN_MAX);
    await app.db.tx(engine, async (tx) => {
      const reason = 'The checks failed five times in a row.';
      const step = { ...lease, restMs: REST_MS, failuresMax: FAILURES_MAX, reason };
      checkStepFailed(tx, { leadId: lease.id, parked: await failStep(tx, step), error: message });
    });
  }
}

function subjectOf(person: CheckedPerson | undefined): CheckSubject | null {
  if (!person?.email) return null;
  const phone = person.phone === null ? null : readPhone(person.phone, person.country);
  return {
    email: person.email,
    name: person.name,
    country: person.country,
    phone: phone?.ok ? phone.phone : null,
    texts: [],
  };
}

/** Only by who still holds the lease: a lead that somebody else took over gets one verdict, not two. */
async function record(app: App, lease: Lease, found: Verdict[]): Promise<void> {
  await app.db.tx(engine, async (tx) => {
    const [lead] = await lockCourses(tx, [lease.id]);
    if (lead?.state !== 'checking' || !(await holdsLease(tx, lease))) return;
    const earlier = await lastVerdicts(tx, lead.id);
    const overridden = new Set(
      earlier.filter(({ reason }) => reason === 'overridden').map(({ check }) => check),
    );
    const fresh = found.filter(({ check }) => !overridden.has(check));
    const asked = new Set(fresh.map(({ check }) => check));
    const verdicts = [...earlier.filter(({ check }) => !asked.has(check)), ...fresh];
    const score = scoreOf(verdicts);
    await insertVerdicts(tx, { id: newId(), leadId: lead.id, stage: 'after_confirmation', verdicts, score });
    const failed = fresh.find(({ result }) => result === 'fail');
    if (failed) {
      await stopLead(app, tx, lead, failed);
      return;
    }
    const state = await passChecks(tx, app.config, lead, score);
    leadMoved(tx, { leadId: lead.id, nicheId: lead.nicheId, stage: 'checks', state, test: lead.test });
  });
}
