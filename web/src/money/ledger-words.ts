/** The kinds of the ledger's entries, in words. */
export const ledgerWords: Readonly<Record<string, string>> = {
  deposit: 'Deposit',
  lead_purchase: 'Lead bought',
  hold: 'Set aside for a lead',
  release: 'Set free again',
  refund: 'Refund',
  manual_credit: 'Credit by hand',
  manual_debit: 'Debit by hand',
  sla_credit: 'Credit for late delivery',
  payment_reversal: 'Payment taken back',
};

export const ledgerWord = (type: string): string => ledgerWords[type] ?? type.replaceAll('_', ' ');

export const ledgerChoices = Object.entries(ledgerWords).map(([value, label]) => ({ value, label }));
