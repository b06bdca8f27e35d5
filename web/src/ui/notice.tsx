import { clsx } from 'clsx';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Tone } from './states.ts';

const looks = {
  info: { icon: Info, box: 'bg-info-soft', mark: 'text-info' },
  good: { icon: CircleCheck, box: 'bg-good-soft', mark: 'text-good' },
  warn: { icon: TriangleAlert, box: 'bg-warn-soft', mark: 'text-warn' },
  bad: { icon: CircleAlert, box: 'bg-bad-soft', mark: 'text-bad' },
};

interface NoticeProps {
  tone?: Extract<Tone, keyof typeof looks>;
  title?: ReactNode;
  /** A button or a link that leads out. */
  action?: ReactNode;
  className?: string;
  children?: ReactNode;
}

/** Says something about the whole page or form. A problem (`bad`) is read aloud at once. */
export function Notice({ tone = 'info', title, action, className, children }: NoticeProps) {
  const { icon: Icon, box, mark } = looks[tone];
  return (
    <div
      role={tone === 'bad' ? 'alert' : undefined}
      className={clsx('flex items-start gap-2 rounded-control px-3 py-2 text-sm', box, className)}
    >
      <Icon aria-hidden className={clsx('mt-0.5 size-4 shrink-0', mark)} />
      <div className="min-w-0 flex-1">
        {title && <p className="font-medium">{title}</p>}
        {children}
      </div>
      {action}
    </div>
  );
}
