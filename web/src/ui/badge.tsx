import { cva } from 'class-variance-authority';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { lookOf, type StateKind, type Tone } from './states.ts';

const badgeClass = cva(
  'inline-flex h-5 w-fit shrink-0 items-center gap-1 whitespace-nowrap align-middle rounded-sm px-1.5 font-medium text-xs',
  {
    variants: {
      tone: {
        neutral: 'bg-surface-3 text-muted',
        good: 'bg-good-soft text-good',
        warn: 'bg-warn-soft text-warn',
        bad: 'bg-bad-soft text-bad',
        info: 'bg-info-soft text-info',
        test: 'bg-test-soft text-test',
      },
    },
  },
);

export const toneText: Record<Tone, string> = {
  neutral: 'text-muted',
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
  info: 'text-info',
  test: 'text-test',
};

interface BadgeProps {
  tone?: Tone;
  icon?: LucideIcon;
  children: ReactNode;
}

/** Colour, icon and word together; never colour alone. */
export function Badge({ tone = 'neutral', icon: Icon, children }: BadgeProps) {
  return (
    <span className={badgeClass({ tone })}>
      {Icon && <Icon aria-hidden className="size-3.5" />}
      {children}
    </span>
  );
}

/** The state of a thing, in the words of `states.ts`. */
export function Status({ kind, state }: { kind: StateKind; state: string }) {
  const { word, tone, icon } = lookOf(kind, state);
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}
