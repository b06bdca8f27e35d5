import { ShieldOff } from 'lucide-react';

/** Red bar while the portal is used without encryption, which is meant for one machine or a private network. */
export function PlainHttpBar() {
  return (
    <aside
      aria-label="Connection"
      className="flex h-6 shrink-0 items-center justify-center gap-1.5 truncate bg-bad-fill px-3 font-medium text-bad-text text-xs"
    >
      <ShieldOff aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">
        Not encrypted: use this address on this machine or a private network only.
      </span>
    </aside>
  );
}
