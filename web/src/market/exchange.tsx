import { clsx } from 'clsx';
import { CodeBlock } from './secret-once.tsx';

type Headers = Readonly<Record<string, string>> | null;

/** Headers as they go over the wire. */
export function HeaderList({ label, headers }: { label: string; headers: Headers }) {
  const entries = Object.entries(headers ?? {});
  if (entries.length === 0) return null;
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-default rounded-sm text-muted hover:text-text">
        {label} ({entries.length})
      </summary>
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 rounded-control border bg-surface-2 p-2 font-mono text-xs">
        {entries.map(([name, value]) => (
          <div key={name} className="col-span-2 grid grid-cols-subgrid">
            <dt className="text-muted">{name}</dt>
            <dd className="wrap-anywhere min-w-0">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** A body, with JSON laid out so that it can be read. */
export function Body({ label, text }: { label: string; text: string }) {
  return <CodeBlock label={label} text={laidOut(text) || '(empty)'} />;
}

function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** "200", with the colour of its class. */
export function StatusCode({ status }: { status: number | null }) {
  if (status === null) return <span className="text-muted">No answer</span>;
  const tone = status < 300 ? 'text-good' : status < 400 ? 'text-warn' : 'text-bad';
  return <span className={clsx('font-mono text-xs', tone)}>{status}</span>;
}

export const durationText = (ms: number): string =>
  ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
