import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { Refusal } from './client.ts';
import { isTouched } from './live.ts';
import { toast, toastProblem } from './ui/toast.tsx';

interface Act<Input, Answer> {
  /** What could not be done, when it is refused: "Not paused". Left out where a dialog shows it itself. */
  problem?: string;
  /** What is said when it is done; nothing when the page shows it by itself. */
  done?: string | ((answer: Answer, input: Input) => string);
  /** Topics whose queries are read again; `mine` is everything of one's own. */
  renew: readonly string[];
  onDone?: (answer: Answer, input: Input) => void;
}

/** Reads again what the topics name. */
export const renew = (queries: QueryClient, topics: readonly string[]): Promise<void> =>
  queries.invalidateQueries({
    predicate: ({ queryKey }) => topics.some((topic) => isTouched(queryKey, topic)),
  });

/** One act of a button: does it, says so, and reads again what it changed. What is refused is said in words. */
export function useAct<Input = void, Answer = unknown>(
  act: (input: Input) => Promise<Answer>,
  { problem, done, renew: topics, onDone }: Act<Input, Answer>,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (answer, input) => {
      onDone?.(answer, input);
      if (done) toast({ title: typeof done === 'string' ? done : done(answer, input) });
      return renew(queries, topics);
    },
    onError: (error) => {
      if (problem) toastProblem({ title: problem, text: sentenceOf(error) });
    },
  });
}

/** What a failed request says, with every detail that names a field. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Refusal)) return 'Something went wrong on our side. Try again.';
  const details = error.details.map(({ message }) => message).filter((text) => text !== error.message);
  return [error.message, ...details].join(' ');
}

/** Somebody else saved while this form was open. */
export const isStale = (error: unknown): boolean =>
  error instanceof Refusal && error.code === 'version_stale';
