/** A link within text or a table: underlined, because colour alone does not say that it leads somewhere. */
export const linkClass =
  'rounded-sm underline decoration-line-strong underline-offset-3 hover:decoration-text';
