import { clsx } from 'clsx';

export type Connection = 'live' | 'connecting' | 'offline';

const looks: Record<Connection, { word: string; dot: string; meaning: string }> = {
  live: { word: 'Live', dot: 'bg-accent', meaning: 'Changes show by themselves.' },
  connecting: { word: 'Connecting', dot: 'border border-line-strong', meaning: 'Waiting for the server.' },
  offline: { word: 'Offline', dot: 'bg-bad', meaning: 'What you see may be old. We keep trying.' },
};

/** Whether changes arrive by themselves. */
export function LiveDot({ state }: { state: Connection }) {
  const { word, dot, meaning } = looks[state];
  return (
    <span role="status" title={meaning} className="inline-flex items-center gap-1.5 text-muted text-xs">
      <span aria-hidden className={clsx('size-2 rounded-full', dot)} />
      {word}
    </span>
  );
}
