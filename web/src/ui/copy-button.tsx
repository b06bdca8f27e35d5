import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './button.tsx';
import { toastProblem } from './toast.tsx';

/** How long the tick stands in place of the icon. */
const TICK_MS = 1_500;

/** Copies a text and says so, to the eye and to screen readers. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), TICK_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      toastProblem({
        title: 'Not copied',
        text: 'The browser does not allow it. Select the text and copy it.',
      });
    }
  };
  return (
    <>
      <IconButton label={`Copy ${what}`} size="sm" className="size-6" onClick={copy}>
        {copied ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden className="size-3.5!" />}
      </IconButton>
      <span aria-live="polite" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </>
  );
}
