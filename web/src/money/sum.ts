/** Adding amounts as texts: an amount is never turned into a float. */

const AMOUNT = /^(-?)(\d+)(?:[.,](\d+))?$/;

/** Whether a text can be read as an amount above zero with at most `decimals` decimals. */
export function isAmount(text: string, decimals = 2): boolean {
  const match = AMOUNT.exec(text.trim());
  return match !== null && match[1] === '' && (match[3]?.length ?? 0) <= decimals && /[1-9]/.test(text);
}

/** What people type ("12,5") as the API wants it ("12.5"). */
export const asAmount = (typed: string): string => typed.trim().replace(',', '.');

/** The same for amounts by name; those left empty are left out. */
export const amountsOf = (typed: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(typed).flatMap(([name, amount]) =>
      amount.trim() === '' ? [] : [[name, asAmount(amount)]],
    ),
  );

/** a + b with as many decimals as the longer one has: "40.00" + "100" is "140.00". */
export function addAmounts(a: string, b: string): string {
  const decimals = Math.max(decimalsOf(a), decimalsOf(b));
  const total = scaled(a, decimals) + scaled(b, decimals);
  const digits = (total < 0n ? -total : total).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const rest = decimals > 0 ? `.${digits.slice(-decimals)}` : '';
  return `${total < 0n ? '-' : ''}${whole}${rest}`;
}

export const negated = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`);

/** Whether a is less than b. */
export const isLess = (a: string, b: string): boolean => addAmounts(a, negated(b)).startsWith('-');

const decimalsOf = (text: string): number => AMOUNT.exec(asAmount(text))?.[3]?.length ?? 0;

function scaled(text: string, decimals: number): bigint {
  const match = AMOUNT.exec(asAmount(text));
  if (!match) return 0n;
  const value = BigInt(`${match[2]}${(match[3] ?? '').padEnd(decimals, '0')}`);
  return match[1] === '-' ? -value : value;
}
