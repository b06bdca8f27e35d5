import type { Db } from './db.ts';

/**
 * Live notices: which topics changed, never what. A process tells the others through PostgreSQL at most once per
 * 50 ms; a screen that hears a topic fetches through the API, so rights are checked in one place. Polling stays the
 * truth: a lost notice costs a second, never a lead.
 */
export type Live = {
  /** Marks topics as changed; leaves with the next notice. */
  publish(topics: readonly string[]): void;
  /** Hears topics of all processes; returns the way to stop. */
  subscribe(hear: (topics: string[]) => void): () => void;
  close(): Promise<void>;
};

const CHANNEL = 'fairlead_live';
const NOTICE_INTERVAL_MS = 50;
/** NOTIFY carries at most 8,000 bytes; beyond this many topics `*` stands for all of them. */
const TOPICS_MAX = 100;

/** @param onError told when a notice could not be sent or heard; nothing is lost, screens poll. */
export function createLive(db: Db, onError: (error: unknown) => void): Live {
  const waiting = new Set<string>();
  const hearers = new Set<(topics: string[]) => void>();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();
  let listening: Promise<(() => Promise<void>) | undefined> | undefined;

  const send = async () => {
    timer = undefined;
    const topics = waiting.size > TOPICS_MAX ? ['*'] : [...waiting];
    waiting.clear();
    if (topics.length === 0) return;
    await db.notify(CHANNEL, JSON.stringify(topics)).catch(onError);
  };

  const listen = () =>
    db
      .listen(CHANNEL, (payload) => {
        const topics = JSON.parse(payload) as string[];
        for (const hear of hearers) hear(topics);
      })
      .catch((error: unknown) => {
        onError(error);
        return undefined;
      });

  return {
    publish(topics) {
      for (const topic of topics) waiting.add(topic);
      timer ??= setTimeout(() => {
        sending = send();
      }, NOTICE_INTERVAL_MS);
    },
    subscribe(hear) {
      hearers.add(hear);
      listening ??= listen();
      return () => hearers.delete(hear);
    },
    async close() {
      if (timer) clearTimeout(timer);
      await sending;
      await send();
      await (await listening)?.();
    },
  };
}
