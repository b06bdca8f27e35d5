/** What stands around every page of the portal once somebody is signed in. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { LogOut, Moon, Sun } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useOperatorAlways } from '../admin/always.ts';
import { StopBar } from '../admin/stops/stop-bar.tsx';
import { hearSignedOut } from '../client.ts';
import { startLive } from '../live.ts';
import { forgetSession, isProvider, meQuery, signOut, useMe } from '../session.ts';
import type { PaletteGroup } from '../ui/command-palette.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import { chooseTheme } from '../ui/theme.ts';
import { ToastProvider } from '../ui/toast.tsx';
import { TipProvider } from '../ui/tooltip.tsx';
import { type NavEntry, operatorNav, providerNav } from './nav.ts';
import { useNavCounts } from './nav-counts.ts';
import { lookUpEverywhere } from './palette-sources.ts';
import { PlainHttpBar } from './plain-http-bar.tsx';
import { BottomBar, Rail } from './rail.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { TopBar } from './top-bar.tsx';
import { useRailWidth } from './use-rail-width.ts';

const CommandPalette = lazy(async () => ({
  default: (await import('../ui/command-palette.tsx')).CommandPalette,
}));

export function Frame() {
  const me = useMe();
  const entries = isProvider(me) ? providerNav : operatorNav;
  const [finding, setFinding] = useState(false);
  const [listing, setListing] = useState(false);
  // Loaded when it is first wanted, then kept, so that the focus returns to where it was.
  const [everFound, setEverFound] = useState(false);
  if (finding && !everFound) setEverFound(true);
  const rail = useRailWidth();
  const counts = useNavCounts();
  const groups = usePaletteGroups(entries);
  useLiveSession();
  useOperatorAlways(!isProvider(me));
  useFrameShortcuts(
    entries,
    () => setFinding(true),
    () => setListing(true),
  );
  return (
    <TipProvider delay={300}>
      <ToastProvider>
        <div className="flex h-dvh flex-col">
          <a
            href="#page"
            className="sr-only rounded-control bg-float p-2 focus:not-sr-only focus:absolute focus:z-50"
          >
            Skip to the page
          </a>
          {!me.https && <PlainHttpBar />}
          {!isProvider(me) && <StopBar />}
          <div className="flex min-h-0 flex-1">
            <Rail entries={entries} counts={counts} narrow={rail.narrow} />
            <div className="flex min-w-0 flex-1 flex-col">
              <TopBar
                me={me}
                onFind={() => setFinding(true)}
                onShortcuts={() => setListing(true)}
                onRail={rail.toggle}
              />
              <main id="page" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
                <Outlet />
              </main>
              <BottomBar entries={entries} />
            </div>
          </div>
        </div>
        <ShortcutSheet open={listing} onOpenChange={setListing} />
        <Suspense>
          {everFound && (
            <CommandPalette
              open={finding}
              onOpenChange={setFinding}
              groups={groups}
              lookUp={lookUpEverywhere}
            />
          )}
        </Suspense>
      </ToastProvider>
    </TipProvider>
  );
}

/** The live stream runs while somebody is signed in; when the session ends, the sign-in page says so. */
function useLiveSession(): void {
  const queries = useQueryClient();
  const router = useRouter();
  useQuery(meQuery); // asked again when the window is looked at, and when the stream is refused
  useEffect(() => startLive(queries), [queries]);
  useEffect(
    () =>
      hearSignedOut(() => {
        const next = router.state.location.href;
        void forgetSession(queries, () => router.navigate({ to: '/login', search: { next, ended: true } }));
      }),
    [queries, router],
  );
}

function useFrameShortcuts(entries: readonly NavEntry[], find: () => void, list: () => void): void {
  const navigate = useNavigate();
  useShortcuts([
    { keys: 'mod+k', label: 'Find or do anything', run: find },
    { keys: '/', label: 'Search', run: find },
    { keys: '?', label: 'Show these shortcuts', run: list },
    ...entries.map((entry) => ({
      keys: `g ${entry.jump}`,
      label: entry.label,
      group: 'Go to',
      run: () => void navigate({ to: entry.to }),
    })),
  ]);
}

function usePaletteGroups(entries: readonly NavEntry[]): readonly PaletteGroup[] {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMemo(
    () => [
      {
        label: 'Go to',
        items: entries.map((entry) => ({
          id: entry.to,
          label: entry.label,
          icon: entry.icon,
          keys: `G ${entry.jump.toUpperCase()}`,
          ...(entry.words ? { words: entry.words } : {}),
          run: () => void navigate({ to: entry.to }),
        })),
      },
      {
        label: 'Do',
        items: [
          { id: 'light', label: 'Use the light theme', icon: Sun, run: () => chooseTheme('light') },
          { id: 'dark', label: 'Use the dark theme', icon: Moon, run: () => chooseTheme('dark') },
          {
            id: 'sign-out',
            label: 'Sign out',
            icon: LogOut,
            run: () => void signOut(queries, () => navigate({ to: '/login' })),
          },
        ],
      },
    ],
    [entries, navigate, queries],
  );
}
