import { ChevronLeft, ChevronRight } from 'lucide-react';
import { IconButton } from './button.tsx';

interface PaginationProps {
  page: number;
  limit: number;
  /** Exact up to 1,000; beyond that the cap with `totalIsEstimate`. */
  total: number;
  totalIsEstimate?: boolean | undefined;
  /** Whether more rows follow; taken from the total when left out. */
  more?: boolean;
  onPage: (page: number) => void;
}

/** "21–40 of 312", and the way forth and back. */
export function Pagination({ page, limit, total, totalIsEstimate = false, more, onPage }: PaginationProps) {
  if (total === 0) return null;
  const first = (page - 1) * limit + 1;
  const last = totalIsEstimate ? page * limit : Math.min(page * limit, total);
  const follows = more ?? (totalIsEstimate || last < total);
  return (
    <nav
      aria-label="Pages of the list"
      className="flex items-center justify-between gap-2 border-t px-3 py-1.5 text-muted text-sm"
    >
      <span className="tabular-nums">
        {first.toLocaleString()}–{last.toLocaleString()} of {totalIsEstimate && 'more than '}
        {total.toLocaleString()}
      </span>
      <span className="flex gap-1">
        <IconButton label="Previous page" size="sm" disabled={page <= 1} onClick={() => onPage(page - 1)}>
          <ChevronLeft aria-hidden />
        </IconButton>
        <IconButton label="Next page" size="sm" disabled={!follows} onClick={() => onPage(page + 1)}>
          <ChevronRight aria-hidden />
        </IconButton>
      </span>
    </nav>
  );
}
