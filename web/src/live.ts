/**
 * Live updates: one stream of topics for all tabs of a browser. The tab that holds the lock reads the stream and
 * passes the topics on; when it closes, another one takes the lock. A topic says what changed, never how: the
 * queries whose key begins with it are fetched again through the API.
 *
 * Query keys are written like topics: `['leads', filters]` for lists, `['lead', id, ...]` for one lead. The topic
 * `leads` renews the lists, `lead:<id>` the one lead, `*` everything. What a provider sees of its own begins with
 * `mine`: it hears `provider:<its id>` only, which stands for all of it.
 */
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { Connection } from './ui/live-dot.tsx';

const ADDRESS = '/api/v1/live';
const NAME = 'fairlead-live';
/** Topics that arrive close together cause one renewal. */
const GATHER_MS = 250;
/** After a stream was refused for good, it is asked for again. */
const AGAIN_MS = 10_000;

type Message = { topics: string[] } | { state: Connection } | { hello: true };

let state: Connection = 'connecting';
const readers = new Set<() => void>();

function setState(next: Connection): void {
  state = next;
  for (const tell of readers) tell();
}

/** Whether changes arrive by themselves. */
export const useConnection = (): Connection =>
  useSyncExternalStore(
    (tell) => {
      readers.add(tell);
      return () => readers.delete(tell);
    },
    () => state,
  );

/** The topics in one notice: a JSON list, or an object that holds it. Anything else is no notice. */
export function topicsOf(text: string): string[] {
  try {
    const parsed: unknown = JSON.parse(text);
    const list = Array.isArray(parsed) ? parsed : (parsed as { topics?: unknown } | null)?.topics;
    return Array.isArray(list) ? list.filter((topic) => typeof topic === 'string') : [];
  } catch {
    return [];
  }
}

/** Whether a query must be fetched again after a topic. */
export function isTouched(queryKey: readonly unknown[], topic: string): boolean {
  if (topic === '*') return true;
  const [name, id] = topic.split(':');
  if (name === 'provider' && queryKey[0] === 'mine') return true;
  return queryKey[0] === name && (id === undefined || queryKey[1] === id);
}

/** Starts listening for this tab; returns the way to stop. */
export function startLive(queries: QueryClient): () => void {
  const channel = new BroadcastChannel(NAME);
  const stop = new AbortController();
  const renew = renewal(queries);
  const tell = (message: Message) => {
    // What was under way when this tab stopped listening is told to nobody.
    if (stop.signal.aborted) return;
    hear(message);
    channel.postMessage(message);
  };
  const hear = (message: Message) => {
    if ('topics' in message) renew(message.topics);
    if ('state' in message) setState(message.state);
  };
  let reading = false;
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if ('hello' in data && reading) channel.postMessage({ state } satisfies Message);
    else hear(data);
  };
  channel.postMessage({ hello: true } satisfies Message);

  const read = () => {
    reading = true;
    return readStream(tell, stop.signal);
  };
  // Locks need https or localhost; elsewhere every tab reads its own stream.
  const lead = navigator.locks
    ? navigator.locks.request(NAME, { signal: stop.signal }, read)
    : Promise.resolve(read());
  lead.catch(() => undefined); // stopping while waiting for the lock ends here

  return () => {
    stop.abort();
    channel.close();
  };
}

/** Reads the stream until it is stopped. EventSource comes back by itself unless the server refused it. */
function readStream(tell: (message: Message) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // The lock can be given in the moment in which this tab stops.
    if (signal.aborted) return resolve();
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource(ADDRESS);
      source.onopen = () => tell({ state: 'live' });
      source.onmessage = (event: MessageEvent<string>) => tell({ topics: topicsOf(event.data) });
      source.onerror = () => {
        tell({ state: navigator.onLine ? 'connecting' : 'offline' });
        if (source?.readyState !== EventSource.CLOSED) return;
        tell({ state: 'offline' });
        // A stream that is refused may mean that the session has ended: this request then says so.
        tell({ topics: ['session'] });
        timer = setTimeout(open, AGAIN_MS);
      };
    };
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      source?.close();
      resolve();
    });
    open();
  });
}

function renewal(queries: QueryClient): (topics: string[]) => void {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (topics) => {
    for (const topic of topics) waiting.add(topic);
    if (waiting.size === 0 || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      const touched = [...waiting];
      waiting.clear();
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => touched.some((topic) => isTouched(queryKey, topic)),
      });
    }, GATHER_MS);
  };
}
