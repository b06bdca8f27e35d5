import { useQueryClient } from '@tanstack/react-query';
import { Link, useMatches, useRouter } from '@tanstack/react-router';
import { ChevronRight, Keyboard, LogOut, Monitor, Moon, PanelLeft, Search, Sun } from 'lucide-react';
import { useConnection } from '../live.ts';
import { type Me, signOut } from '../session.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { LiveDot } from '../ui/live-dot.tsx';
import { Menu, MenuGroup, MenuItem, MenuLine } from '../ui/menu.tsx';
import { chooseTheme, type ThemeChoice, useThemeChoice } from '../ui/theme.ts';
import { toastProblem } from '../ui/toast.tsx';

interface TopBarProps {
  me: Me;
  onFind: () => void;
  onShortcuts: () => void;
  onRail: () => void;
}

export function TopBar({ me, onFind, onShortcuts, onRail }: TopBarProps) {
  const connection = useConnection();
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b bg-surface-0 px-2 sm:pr-4">
      <IconButton
        label="Narrow or widen the list of pages"
        size="sm"
        className="max-sm:hidden"
        onClick={onRail}
      >
        <PanelLeft aria-hidden />
      </IconButton>
      <Breadcrumb />
      <Button look="plain" size="sm" className="ml-auto text-muted max-sm:hidden" onClick={onFind}>
        <Search aria-hidden />
        <span className="mr-6">Find or do</span>
        <Kbd keys="mod+K" />
      </Button>
      <IconButton label="Find or do" className="ml-auto sm:hidden" onClick={onFind}>
        <Search aria-hidden />
      </IconButton>
      <span className="px-2">
        <LiveDot state={connection} />
      </span>
      <ThemeMenu />
      <PersonMenu me={me} onShortcuts={onShortcuts} />
    </header>
  );
}

/** Where I am: every page of the way that has a title. */
function Breadcrumb() {
  const crumbs = useMatches({
    select: (matches) =>
      matches.flatMap(({ id, pathname, staticData }) =>
        staticData.title ? [{ id, pathname, title: staticData.title }] : [],
      ),
  });
  return (
    <nav aria-label="Where you are" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1 text-sm">
        {crumbs.map(({ id, pathname, title }, index) => (
          <li key={id} className="flex min-w-0 items-center gap-1">
            {index > 0 && <ChevronRight aria-hidden className="size-3.5 shrink-0 text-faint" />}
            {index === crumbs.length - 1 ? (
              <span aria-current="page" className="truncate px-1 font-medium">
                {title}
              </span>
            ) : (
              <Link to={pathname} className="truncate rounded-sm px-1 text-muted hover:text-text">
                {title}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

const themes: { choice: ThemeChoice; label: string; icon: typeof Sun }[] = [
  { choice: 'light', label: 'Light', icon: Sun },
  { choice: 'dark', label: 'Dark', icon: Moon },
  { choice: 'system', label: 'As the system', icon: Monitor },
];

export function ThemeMenu() {
  const choice = useThemeChoice();
  const Now = themes.find((theme) => theme.choice === choice)?.icon ?? Monitor;
  return (
    <Menu
      trigger={
        <IconButton label="Theme" size="sm">
          <Now aria-hidden />
        </IconButton>
      }
    >
      {themes.map((theme) => (
        <MenuItem
          key={theme.choice}
          icon={<theme.icon aria-hidden />}
          onSelect={() => chooseTheme(theme.choice)}
        >
          {theme.label}
          {theme.choice === choice && <span className="sr-only"> (chosen)</span>}
        </MenuItem>
      ))}
    </Menu>
  );
}

function PersonMenu({ me, onShortcuts }: { me: Me; onShortcuts: () => void }) {
  const queries = useQueryClient();
  const router = useRouter();
  const leave = async () => {
    try {
      await signOut(queries, () => router.navigate({ to: '/login' }));
    } catch {
      toastProblem({
        title: 'Not signed out',
        text: 'The server did not answer. Try again, or close the browser.',
      });
    }
  };
  const initials = me.name
    .split(/\s+/)
    .map((part) => part[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="grid size-7 place-items-center rounded-full bg-surface-3 font-medium text-muted text-xs hover:text-text pointer-coarse:size-9"
        >
          <span aria-hidden>{initials || '?'}</span>
          <span className="sr-only">Signed in as {me.name}</span>
        </button>
      }
    >
      <MenuGroup label={me.email}>
        <MenuItem icon={<Keyboard aria-hidden />} keys="?" onSelect={onShortcuts}>
          Shortcuts
        </MenuItem>
      </MenuGroup>
      <MenuLine />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={leave}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
