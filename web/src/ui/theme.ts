import { useSyncExternalStore } from 'react';

export type ThemeChoice = 'light' | 'dark' | 'system';

/** Also read by `public/assets/theme.js` before the first paint. */
const KEY = 'fairlead.theme';
const readers = new Set<() => void>();
const darkSystem = () => matchMedia('(prefers-color-scheme: dark)');

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

function show(): void {
  const choice = stored();
  const dark = choice === 'dark' || (choice === 'system' && darkSystem().matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  for (const tell of readers) tell();
}

/** Remembers the choice on this machine and shows it in every tab. */
export function chooseTheme(choice: ThemeChoice): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Storage may be blocked; the choice then lasts until the page is left.
  }
  show();
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  darkSystem().addEventListener('change', show);
  window.addEventListener('storage', show);
  return () => {
    readers.delete(reader);
    darkSystem().removeEventListener('change', show);
    window.removeEventListener('storage', show);
  };
}

export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, stored);
