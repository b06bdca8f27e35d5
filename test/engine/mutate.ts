import { type ChildProcess, fork } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mutant, mutate } from './mutants.ts';

/**
 * `npm run test:mutation`: puts small faults into the engine and counts those that its tests see. Works on a copy.
 * MUTATION_SHARE=4 tries every fourth fault; MUTATION_MINUTES bounds the time; MUTATION_FILES names files;
 * MUTATION_WORKERS says how many processes try.
 */
const ROOT = new URL('../../', import.meta.url).pathname;
const ENGINE = 'src/lead/distribution';
const FILES = (process.env.MUTATION_FILES ?? 'decide,order,facts,filters,candidate-index,rules').split(',');
/** What runs first is quick and sees most. */
const TESTS = [
  ...['filters', 'facts', 'rules', 'decide-cases', 'weighted-seats', 'decide-all'].map(
    (name) => `${ENGINE}/${name}.test.ts`,
  ),
  ...['reference', 'laws', 'fairness'].map((name) => `test/engine/${name}.test.ts`),
  ...['order', 'candidate-index', 'decide'].map((name) => `${ENGINE}/${name}.test.ts`),
];
const WORLDS = '60';
const MINUTES_MAX = Number(process.env.MUTATION_MINUTES ?? 30);
const SHARE = Number(process.env.MUTATION_SHARE ?? 1);
const WORKERS = Number(process.env.MUTATION_WORKERS ?? 2);
/** So much longer than without a fault: then it never ends, which is seen, too. */
const LONGER = 6;
const FAULT_MS_MIN = 15_000;
const FIRST_MS_MAX = 120_000;
const WATCH_MS = 1_000;
const LOW_PRIORITY = constants.priority.PRIORITY_LOW;

type Result = Mutant & { by: string | null };

function copy(): { folder: string; mutants: Mutant[] } {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-mutation-'));
  for (const part of ['src', 'test/engine', 'docs', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const mutants: Mutant[] = [];
  for (const name of FILES) {
    const file = `${ENGINE}/${name}.ts`;
    const made = mutate(file, readFileSync(join(ROOT, file), 'utf8'), mutants.length + 1);
    writeFileSync(join(folder, file), made.code);
    mutants.push(...made.mutants);
  }
  return { folder, mutants };
}

function start(folder: string, fault: number): ChildProcess {
  const child = fork(
    join(folder, 'test/engine/mutation-run.ts'),
    TESTS.map((path) => join(folder, path)),
    {
      cwd: folder,
      env: { ...process.env, ENGINE_WORLDS: WORLDS, FAULT: String(fault) },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // A fault may fill the memory without end.
      execArgv: ['--max-old-space-size=512'],
    },
  );
  setPriority(child.pid!, LOW_PRIORITY);
  return child;
}

type Said = { id: number; by?: string | null; ready?: true };

/** Tries these faults in one process; a fault that never ends costs the process, and the rest goes on in a new one. */
function tryAll(
  folder: string,
  ids: readonly number[],
  fault: number,
  limitMs: number,
): Promise<Map<number, string | null>> {
  return new Promise((resolve) => {
    const found = new Map<number, string | null>();
    const child = start(folder, fault);
    let at = fault;
    let heardMs = Date.now();
    const watch = setInterval(() => {
      if (Date.now() - heardMs > limitMs) child.kill('SIGKILL');
    }, WATCH_MS);
    child.on('message', ({ id, by, ready }: Said) => {
      heardMs = Date.now();
      if (ready && id === 0) child.send(ids);
      at = id;
      if (by !== undefined) found.set(id, by);
      if (found.size === ids.length) child.kill('SIGKILL');
    });
    child.on('exit', () => {
      clearInterval(watch);
      if (found.size < ids.length && at > 0 && !found.has(at)) found.set(at, 'it never ends');
      resolve(found);
    });
  });
}

type Job = { folder: string; queue: Mutant[]; endMs: number; limitMs: number; say: (one: Result) => void };

async function work({ folder, queue, endMs, limitMs, say }: Job): Promise<void> {
  const BATCH = 25;
  while (queue.length > 0 && Date.now() < endMs) {
    const first = queue[0]!;
    const batch = first.atLoad
      ? [queue.shift()!]
      : queue.splice(0, Math.max(1, Math.min(BATCH, queue.findIndex(({ atLoad }) => atLoad) >>> 0)));
    const ids = batch.map(({ id }) => id);
    const found = await tryAll(folder, ids, first.atLoad ? first.id : 0, limitMs);
    for (const mutant of batch) {
      const by = found.get(mutant.id);
      if (by === undefined) queue.push(mutant);
      else say({ ...mutant, by });
    }
  }
}

/** Said at once: a survivor is worth a look while the others are tried. */
function sayIfSurvived({ file, line, was, becomes, by }: Result): void {
  const short = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 80);
  if (by === null) console.log(`survived  ${file}:${line}  ${short(was)}  ->  ${short(becomes)}`);
}

function report(results: readonly Result[], all: number): void {
  const survivors = results.filter(({ by }) => by === null);
  for (const name of FILES) {
    const own = results.filter(({ file }) => file.endsWith(`/${name}.ts`));
    const killed = own.filter(({ by }) => by !== null).length;
    console.log(`${name.padEnd(16)} ${killed} of ${own.length} seen`);
  }
  const seers = Object.entries(Object.groupBy(results, ({ by }) => by ?? 'nobody'));
  for (const [by, seen] of seers.toSorted(([, a], [, b]) => (b?.length ?? 0) - (a?.length ?? 0)).slice(0, 12))
    console.log(`${String(seen?.length).padStart(5)}  ${by}`);
  const killed = results.length - survivors.length;
  const share = ((100 * killed) / Math.max(1, results.length)).toFixed(1);
  console.log(`${killed} of ${results.length} faults seen, ${share} % (of ${all} possible ones)`);
}

const { folder, mutants } = copy();
try {
  const startMs = Date.now();
  const unharmed = await tryAll(folder, [-1], 0, FIRST_MS_MAX);
  if (unharmed.get(-1) !== null) throw new Error(`the tests fail without a fault: ${unharmed.get(-1)}`);
  // Mixed, so that a run that is out of time is a sample of all files.
  const mixed = ({ id }: Mutant) => (id * 7_919) % (mutants.length + 1);
  const chosen = mutants
    .filter((one) => mixed(one) % SHARE === 0)
    .toSorted((a, b) => Number(a.atLoad) - Number(b.atLoad) || mixed(a) - mixed(b));
  const results: Result[] = [];
  const endMs = Date.now() + MINUTES_MAX * 60_000;
  const say = (one: Result) => {
    results.push(one);
    sayIfSurvived(one);
    if (results.length % 50 === 0) console.log(`${results.length} of ${chosen.length} tried`);
  };
  const limitMs = Math.max(FAULT_MS_MIN, LONGER * (Date.now() - startMs));
  const job: Job = { folder, queue: [...chosen], endMs, limitMs, say };
  await Promise.all(Array.from({ length: WORKERS }, () => work(job)));
  report(
    results.toSorted((a, b) => a.id - b.id),
    mutants.length,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
