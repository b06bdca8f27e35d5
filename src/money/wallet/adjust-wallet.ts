import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { idempotent } from '../../platform/idempotency.ts';
import { lockProviders, type Posted, post } from '../ledger/index.ts';
import { afterPosting, priceKey } from './after-posting.ts';
import { amountOf, walletCurrency } from './amounts.ts';
import type { Adjusted } from './schema.ts';
import { selectClock, selectLowestPrices } from './store.ts';

export type Adjustment = {
  kind: 'credit' | 'debit';
  providerId: string;
  /** Decimal text of the currency, "12.50". */
  amount: string;
  currency: string | undefined;
  reason: string;
  idempotencyKey: string;
};

/**
 * Credits or debits a wallet by hand, with a reason that the provider reads in the ledger. The same key again gets the
 * same answer and moves nothing.
 * @throws Refusal of the ledger (`wallet_missing`, `insufficient_funds` for a debit ...) and of the key
 */
export async function adjustWallet(app: App, input: Adjustment, who: AuditActor): Promise<Adjusted> {
  const { idempotencyKey, ...rest } = input;
  const done = await app.db.tx({ role: 'operator' }, (tx) =>
    idempotent(
      tx,
      { scope: `${who.id}:wallet.${input.kind}`, key: idempotencyKey, input: rest },
      async () => ({
        status: 201,
        answer: await adjust(tx, input, who),
      }),
    ),
  );
  return done.answer;
}

async function adjust(tx: Tx, input: Adjustment, who: AuditActor): Promise<Adjusted> {
  const { kind, providerId, reason } = input;
  await lockProviders(tx, [providerId]);
  const currency = await walletCurrency(tx, providerId, input.currency);
  const amount = amountOf(input.amount, currency, 'amount');
  const cause = `${kind}:${newId()}`;
  const transfer = { kind, cause, amount, currency, providerId, memo: reason, createdBy: who.id };
  const posted = await post(tx, [transfer], await selectClock(tx));
  await follow(tx, posted);
  const [one] = posted as [Posted];
  const shown = formatMoney({ amount, currency: currency as Currency });
  await audit(tx, [
    {
      actor: who,
      action: `wallet.${kind}ed`,
      entityType: 'provider',
      entityId: providerId,
      description: `${shown} ${currency} were ${kind === 'credit' ? 'added to' : 'taken from'} the balance by hand.`,
      metadata: { transfer_id: one.id, amount: shown, currency, reason },
    },
  ]);
  const balance = one.availableAfter + one.heldAfter;
  return {
    transfer_id: one.id,
    provider_id: providerId,
    amount: kind === 'credit' ? shown : `-${shown}`,
    currency,
    balance_after: formatMoney({ amount: balance, currency: currency as Currency }),
  };
}

/** `afterPosting` with the prices of the providers concerned; for the few that one command touches. */
async function follow(tx: Tx, posted: Posted[]): Promise<void> {
  const prices = await selectLowestPrices(tx, [...new Set(posted.map(({ providerId }) => providerId))]);
  await afterPosting(tx, posted, {
    lowestPrices: new Map(
      prices.map(({ provider_id, currency, price }) => [priceKey(provider_id, currency), price]),
    ),
  });
}
