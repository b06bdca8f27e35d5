import type { App } from '../../src/platform/app.ts';

/** What all wallets and all transfers of an installation add up to, in minor units of one currency. */
export type Sums = {
  available: bigint;
  held: bigint;
  paidIn: bigint;
  takenOut: bigint;
  charged: bigint;
  refunded: bigint;
};

export const sumsOf = (app: App): Promise<Sums> =>
  app.db.tx({ role: 'engine' }, async (tx) => {
    const [row] = await tx<Sums[]>`
      select (select coalesce(sum(available), 0)::bigint from wallets) as available,
        (select coalesce(sum(held), 0)::bigint from wallets) as held,
        coalesce(sum(amount) filter (where kind in ('deposit', 'credit')), 0)::bigint as "paidIn",
        coalesce(sum(amount) filter (where kind = 'debit'), 0)::bigint as "takenOut",
        coalesce(sum(amount) filter (where kind in ('charge', 'capture')), 0)::bigint as charged,
        coalesce(sum(amount) filter (where kind = 'refund'), 0)::bigint as refunded
      from transfers`;
    return row!;
  });
