import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { renew, sentenceOf } from './act.ts';
import { toast, toastProblem } from './ui/toast.tsx';

interface Order {
  ids: string[];
  /** The order that was on the screen: the server refuses when it is another one by now. */
  seen: string[];
}

interface OrderAct {
  save: (order: Order) => Promise<unknown>;
  /** Topics whose queries are read again, also when it was refused: then the other order is shown. */
  topics: readonly string[];
}

/** An order that is saved as soon as a row is dropped; it stands at once and can be taken back for a while. */
export function useOrder({ save, topics }: OrderAct) {
  const queries = useQueryClient();
  const [held, setHeld] = useState<string[]>();
  // One after the other: the second was made on the order that the first one saves.
  const act = useMutation({
    mutationFn: save,
    onSettled: () => renew(queries, topics),
    scope: { id: 'order' },
  });
  const put = (ids: string[], seen: string[], isBack = false) => {
    setHeld(ids);
    act.mutate(
      { ids, seen },
      {
        onSuccess: () => {
          if (isBack) toast({ id: 'order', title: 'Former order is back' });
          else
            toast({
              id: 'order',
              title: 'Order saved',
              text: 'It holds from the next decision on.',
              undo: () => put(seen, ids, true),
            });
        },
        onError: (error) => toastProblem({ title: 'The order was not changed', text: sentenceOf(error) }),
        onSettled: () => setHeld(undefined),
      },
    );
  };
  return { held, put, busy: act.isPending };
}

/** The rows in the order that is being saved; rows that it does not name keep their place at the end. */
export function inOrder<T>(rows: readonly T[], idOf: (row: T) => string, ids: string[] | undefined): T[] {
  if (!ids) return [...rows];
  const place = (row: T) => {
    const at = ids.indexOf(idOf(row));
    return at === -1 ? ids.length : at;
  };
  return [...rows].sort((a, b) => place(a) - place(b));
}
