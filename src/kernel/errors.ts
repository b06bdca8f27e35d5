/**
 * Refusals: what Fairlead answers when it will not do what was asked. A refusal has a code (snake_case, documented
 * in docs/errors.md), an HTTP status and a sentence with the way out. An exception without a code is a bug.
 */

/** One faulty field of the input: its path (`answers.budget`) and how to mend it. */
export type Detail = { field: string; message: string };

export type RefusalOptions = {
  /** A more precise sentence than the general one of the code. */
  message?: string;
  details?: Detail[];
  /** Answer headers, for instance `retry-after`. */
  headers?: Record<string, string>;
  cause?: unknown;
};

/** A coded refusal. It is expected behaviour: it never pages anyone. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly status: number;
  readonly details: Detail[];
  readonly headers: Record<string, string>;

  constructor(code: string, status: number, sentence: string, options: RefusalOptions = {}) {
    super(options.message ?? sentence, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = status;
    this.details = options.details ?? [];
    this.headers = options.headers ?? {};
  }
}

/** Status and sentence of each code, in the order in which the code checks them. */
export type RefusalTable = Record<string, readonly [status: number, sentence: string]>;

export type Refusals<T extends RefusalTable> = {
  readonly [code in keyof T]: (options?: RefusalOptions) => Refusal;
};

/**
 * Declares a module's refusals. Every `errors.ts` exports the table as `refusals`; a test compares the codes with
 * docs/errors.md. Use: `throw refusals.lead_not_found()`.
 */
export function defineRefusals<const T extends RefusalTable>(table: T): Refusals<T> {
  const entries = Object.entries(table).map(([code, [status, sentence]]) => [
    code,
    (options?: RefusalOptions) => new Refusal(code, status, sentence, options),
  ]);
  return Object.fromEntries(entries) as Refusals<T>;
}
