import { useState } from 'react';
import { useMedia } from '../ui/use-media.ts';

const KEY = 'fairlead.rail';
/** Below this width the rail shows icons unless somebody widened it. */
const ROOMY = '(min-width: 1100px)';

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Whether the rail is collapsed to icons; remembered on this machine. */
export function useRailWidth(): { narrow: boolean; toggle: () => void } {
  const roomy = useMedia(ROOMY);
  const [choice, setChoice] = useState(remembered);
  const narrow = choice ? choice === 'narrow' : !roomy;
  const toggle = () => {
    const next = narrow ? 'wide' : 'narrow';
    setChoice(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Storage may be blocked; the choice then lasts until the page is left.
    }
  };
  return { narrow, toggle };
}
