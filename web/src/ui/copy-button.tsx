import { Check, Copy, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './button.tsx';

/** How long the tick stands in place of the icon. */
const TICK_MS = 1_500;

/** Copies a text and says so, to the eye and to screen readers. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(undefined), TICK_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      setOutcome('refused');
    }
  };
  return (
    <>
      <IconButton label={`Copy ${what}`} size="sm" className="size-6" onClick={copy}>
        {outcome === 'copied' && <Check aria-hidden className="text-good" />}
        {outcome === 'refused' && <X aria-hidden className="text-bad" />}
        {!outcome && <Copy aria-hidden className="size-3.5!" />}
      </IconButton>
      <span aria-live="polite" className="sr-only">
        {outcome === 'copied' && 'Copied'}
        {outcome === 'refused' && 'The browser does not allow copying. Select the text instead.'}
      </span>
    </>
  );
}
