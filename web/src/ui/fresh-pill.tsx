import { ArrowUp } from 'lucide-react';
import { Button } from './button.tsx';

interface FreshPillProps {
  count: number;
  onShow: () => void;
}

/** "12 new": what came in stands aside until the reader wants it, so that no row jumps. */
export function FreshPill({ count, onShow }: FreshPillProps) {
  return (
    <div role="status" className="pointer-events-none relative z-10 h-0">
      {count > 0 && (
        <Button
          size="sm"
          onClick={onShow}
          className="pointer-events-auto absolute bottom-2 left-1/2 -translate-x-1/2 rounded-full border-accent shadow-float"
        >
          <ArrowUp aria-hidden />
          {count.toLocaleString()} new
        </Button>
      )}
    </div>
  );
}
