import type { PaletteGroup } from '../ui/command-palette.tsx';

type LookUp = (text: string, signal: AbortSignal) => Promise<PaletteGroup>;

const sources = new Set<LookUp>();

/** Lets the palette find things of a kind (leads, providers); returns the way to take it out. */
export function addPaletteSource(lookUp: LookUp): () => void {
  sources.add(lookUp);
  return () => sources.delete(lookUp);
}

/** Asks every source; one that fails is left out. */
export async function lookUpEverywhere(text: string, signal: AbortSignal): Promise<readonly PaletteGroup[]> {
  const answers = await Promise.allSettled([...sources].map((source) => source(text, signal)));
  return answers.flatMap((answer) =>
    answer.status === 'fulfilled' && answer.value.items.length ? [answer.value] : [],
  );
}
