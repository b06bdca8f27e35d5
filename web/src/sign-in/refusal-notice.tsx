import type { Refusal } from '../client.ts';
import { Notice } from '../ui/notice.tsx';

/** What the server refused and no field can show, with the request id when the fault is ours. */
export function RefusalNotice({ refusal }: { refusal: Refusal | undefined }) {
  if (!refusal) return null;
  return (
    <Notice tone="bad" title={refusal.message}>
      {refusal.status >= 500 && refusal.requestId && (
        <p className="text-muted">
          Request <code className="font-mono text-xs">{refusal.requestId}</code>
        </p>
      )}
    </Notice>
  );
}
