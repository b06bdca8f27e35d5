/** Trouble with the database itself (away, restarting, busy) is nobody's fault among the leads. */
export const isPassing = (error: unknown): boolean => {
  const code = String((error as { code?: unknown }).code ?? '');
  return /^(08|53|57|40|55P03|25006|CONNECT|ECONN|ENOENT|EPIPE)/.test(code);
};
