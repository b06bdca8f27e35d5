import { type RefObject, useEffect, useRef } from 'react';

/** Brings what a run answered into view, when it stands below the fold. */
export function useShown<Shown extends HTMLElement>(answer: unknown): RefObject<Shown | null> {
  const ref = useRef<Shown>(null);
  useEffect(() => {
    if (answer !== undefined) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [answer]);
  return ref;
}
