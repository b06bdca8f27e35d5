import { CopyButton } from './copy-button.tsx';

/** The end of a UUIDv7 differs most; its beginning is the time. */
const SHOWN = 8;

interface IdProps {
  value: string;
  /** What the id names: "lead id". */
  what?: string;
  /** In tables: no copy button, the whole id on hover. */
  quiet?: boolean;
}

/** An id: monospaced, shortened to its last eight characters, copied whole. */
export function Id({ value, what = 'id', quiet = false }: IdProps) {
  const short = value.length > SHOWN + 1 ? `…${value.slice(-SHOWN)}` : value;
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <code title={value} className="font-mono text-muted text-xs">
        {short}
      </code>
      {!quiet && <CopyButton text={value} what={what} />}
    </span>
  );
}
