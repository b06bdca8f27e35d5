import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Checked, checkProof, providerProof } from '../lead/distribution/index.ts';
import { StartupError } from '../platform/startup-error.ts';

/** Lines of a proof that are printed; all are checked. */
const SHOWN_MAX = 20;

const answer = z.union([providerProof, z.object({ data: providerProof }).transform(({ data }) => data)]);
const pages = z.union([answer.transform((one) => [one]), z.array(answer).min(1)]);

/** `fairlead check-proof FILE`: checks what a provider was given, without a database and without an account. */
export async function runCheckProof(options: {
  file: string;
  root?: string | undefined;
  print: (line: string) => void;
}): Promise<Checked> {
  const { file, root, print } = options;
  const proofs = await readProof(file);
  const total: Checked = { holds: true, lines: 0, decisions: 0, problems: [] };
  for (const proof of proofs) {
    const found = checkProof(proof, root);
    total.holds &&= found.holds;
    total.lines += found.lines;
    total.decisions += found.decisions;
    total.problems.push(...found.problems);
  }
  const [first] = proofs;
  print(
    `${first!.day}: ${total.decisions} decisions, ${total.lines} lines of provider ${first!.provider_id}.`,
  );
  for (const line of proofs.flatMap((one) => one.proofs.flatMap(({ lines }) => lines)).slice(0, SHOWN_MAX))
    print(`  ${line.text}`);
  if (total.lines > SHOWN_MAX) print(`  and ${total.lines - SHOWN_MAX} more`);
  for (const problem of total.problems) print(problem);
  const against = root === undefined ? 'the root in the file' : 'the root that you gave';
  print(total.holds ? `Every line leads to ${against}.` : `${total.problems.length} problems.`);
  if (root === undefined) print(`Compare it with your daily mail, or give it with --root: ${first!.root}`);
  return total;
}

async function readProof(file: string): Promise<z.infer<typeof pages>> {
  try {
    return pages.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error ? 'it cannot be read' : 'it is no proof of Fairlead';
    throw new StartupError('proof_file_invalid', `${file}: ${why}.`);
  }
}
