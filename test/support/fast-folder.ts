import { readFile, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';

const MEMORY = '/dev/shm';
const MEMORY_MIN_BYTES = 3 * 1024 ** 3;

/** Memory if it is large enough and programs may run from it (a copy of the database takes 20 ms instead of 400). */
export async function fastFolder(): Promise<string> {
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
  const memory = mounts.split('\n').find((line) => line.split(' ')[1] === MEMORY);
  if (memory === undefined || /\bnoexec\b/.test(memory)) return tmpdir();
  const { bavail, bsize } = await statfs(MEMORY);
  return bavail * bsize < MEMORY_MIN_BYTES ? tmpdir() : MEMORY;
}
