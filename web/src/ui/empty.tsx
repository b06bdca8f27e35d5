import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface EmptyProps {
  icon?: LucideIcon;
  /** What: "No leads match". */
  title: string;
  /** Why, and what would change it. */
  children?: ReactNode;
  /** One way on. */
  action?: ReactNode;
}

export function Empty({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <div className="flex flex-col items-center px-6 py-12 text-center">
      {Icon && <Icon aria-hidden className="mb-3 size-5 text-faint" />}
      <p className="font-medium">{title}</p>
      {children && <div className="mt-1 max-w-md text-muted text-sm">{children}</div>}
      {action && <div className="mt-4">{action}</div>}
    </div>
  );
}
