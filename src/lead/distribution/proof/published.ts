import { appendFile, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Roots that were published, in a file beside the database: after a restore the database may not remember what everybody
 * was shown. One line of JSON a day; it holds no secrets.
 */
export type Published = { day: string; root: string; previous_root: string | null; decisions: number };

const FILE = 'published-roots.jsonl';
/** The end of the file that is read: more than ten years of days. */
const READ_BYTES_MAX = 1_000_000;

export async function notePublished(dataDir: string, of: Published): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, FILE);
  // A line that was cut off when the machine stopped must not take this one with it.
  const cutOff = (await lastLines(path)).at(-1);
  await appendFile(path, `${cutOff ? '\n' : ''}${JSON.stringify(of)}\n`);
}

/** The root that was published last for a day; undefined: none that this machine knows of. */
export async function publishedRoot(dataDir: string, day: string): Promise<string | undefined> {
  const lines = await lastLines(join(dataDir, FILE));
  for (const line of lines.toReversed()) {
    try {
      const entry = JSON.parse(line) as Partial<Published>;
      if (entry.day === day && /^[0-9a-f]{64}$/.test(entry.root ?? '')) return entry.root;
    } catch {
      // A line that was cut off when the machine stopped.
    }
  }
  return undefined;
}

async function lastLines(path: string): Promise<string[]> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const length = Math.min(size, READ_BYTES_MAX);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').split('\n');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  }
}
