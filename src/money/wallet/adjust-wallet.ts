import { type AuditActor, audit } from '../../journal/audit/index.ts';
import { newId } from '../../kernel/ids.ts';
import { type Currency, formatMoney } from '../../kernel/money.ts';
import type { App } from '../../platform/app.ts';
import type { Tx } from '../../platform/db.ts';
import { idempotent } from '../../platform/idempotency.ts';
import { lockProviders, type Posted, post } from '../ledger/index.ts';
import { afterPosting } from './after-posting.ts';
import { amountOf, walletCurrency } from './amounts.ts';
import type { Adjusted } from './schema.ts';
import { selectClock } from './store.ts';

export type Adjustment = {
  kind: 'credit' | 'debit';
  providerId: string;
  /** Decimal text of the currency, "12.50". */
  amount: string;
  currency: string | undefined;
  reason: string;
  /** For admins only; the provider never sees it. */
  adminOnlyMemo?: string | null | undefined;
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
  await afterPosting(tx, posted);
  const [one] = posted as [Posted];
  const text = (minor: bigint) => formatMoney({ amount: minor, currency: currency as Currency });
  const shown = text(amount);
  await audit(tx, [
    {
      actor: who,
      action: `wallet.${kind}ed`,
      entityType: 'provider',
      entityId: providerId,
      before: { available: text(one.availableBefore) },
      after: { available: text(one.availableAfter) },
      description: `${shown} ${currency} were ${kind === 'credit' ? 'added to' : 'taken from'} the balance by hand.`,
      metadata: { transfer_id: one.id, amount: shown, currency, reason },
      adminOnlyMemo: input.adminOnlyMemo ?? null,
    },
  ]);
  const balance = one.availableAfter + one.heldAfter;
  return {
    transfer_id: one.id,
    provider_id: providerId,
    amount: kind === 'credit' ? shown : `-${shown}`,
    currency,
    balance_after: text(balance),
  };
}
