const onApple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** Keys as they stand on the reader's keyboard: `mod` is Command on Apple machines, Ctrl elsewhere. */
export function Kbd({ keys }: { keys: string }) {
  const caps = keys.split(/[+ ]/).map((key) => (key === 'mod' ? (onApple ? '⌘' : 'Ctrl') : key));
  return (
    <span className="inline-flex items-center gap-0.5">
      {caps.map((cap) => (
        <kbd
          key={cap}
          className="grid h-4.5 min-w-4.5 place-items-center rounded-sm border border-line bg-surface-2 px-1 font-sans text-muted text-xs leading-none"
        >
          {cap}
        </kbd>
      ))}
    </span>
  );
}
