import { clsx } from 'clsx';

const formats = new Map<string, Intl.NumberFormat>();

function formatFor(digits: number): Intl.NumberFormat {
  const key = String(digits);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(undefined, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  formats.set(key, made);
  return made;
}

/** The decimals a currency has: 2 for EUR, 0 for JPY. */
function digitsOf(currency: string): number {
  try {
    return (
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
      2
    );
  } catch {
    return 2;
  }
}

/**
 * An amount as the reader's language writes it, with a real minus.
 * @param amount decimal text as the API gives it ("-1204.50"); it is never turned into a float.
 */
export function formatAmount(amount: string, currency: string): string {
  const negative = amount.startsWith('-');
  const bare = (negative ? amount.slice(1) : amount) as `${number}`;
  const text = formatFor(digitsOf(currency)).format(bare);
  return negative && /[1-9]/.test(bare) ? `\u2212${text}` : text;
}

interface MoneyProps {
  amount: string;
  currency: string;
  /** Shows the plus of money that comes in. */
  signed?: boolean;
  /** Colours what is owed. Off by default: most negative amounts are ordinary. */
  alert?: boolean;
}

/** Right-align it in tables (`align: 'right'`): figures and the currency's three letters then stand in columns. */
export function Money({ amount, currency, signed = false, alert = false }: MoneyProps) {
  const negative = amount.startsWith('-');
  const plus = signed && !negative && /[1-9]/.test(amount) ? '+' : '';
  return (
    <span className={clsx('whitespace-nowrap tabular-nums', alert && negative && 'text-bad')}>
      {plus}
      {formatAmount(amount, currency)} <span className="font-normal text-muted text-xs">{currency}</span>
    </span>
  );
}
