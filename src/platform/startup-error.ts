/**
 * What keeps the program from starting or a command from finishing: a code, a sentence with the way out and the
 * exit code of the process. Commands print `code: message` and leave with `exitCode`; nothing else is a stack trace.
 */

/** Exit codes of commands. 1 is any failure; the others can be told apart by scripts and supervisors. */
export const EXIT_FAILED = 1;
export const EXIT_IN_USE = 3;
export const EXIT_SCHEMA_TOO_NEW = 4;
export const EXIT_SCHEMA_CHANGED = 5;
export const EXIT_DISK_FULL = 6;

export class StartupError extends Error {
  override readonly name = 'StartupError';
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? EXIT_FAILED;
  }
}

/** The `code` of a Node, PostgreSQL or own error, or an empty text. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
