import { CopyButton } from '../ui/copy-button.tsx';

/** A hash in full, to compare and to copy. */
export function HashLine({ value, what }: { value: string; what: string }) {
  return (
    <span className="flex items-center gap-1">
      <code className="min-w-0 font-mono text-xs [overflow-wrap:anywhere]">{value}</code>
      <CopyButton text={value} what={what} />
    </span>
  );
}
