import { SYSTEM } from '../journal/audit/index.ts';
import { Refusal } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { assignByHand } from '../lead/distribution/index.ts';
import type { Config } from '../platform/config.ts';
import type { Db } from '../platform/db.ts';
import { StartupError } from '../platform/startup-error.ts';

/**
 * `fairlead assign LEAD SUBSCRIPTION --reason ...`: gives a lead to one subscription by hand, with every check of the
 * engine. The audit log names the program itself and the reason.
 * @throws StartupError `assign_refused` with the sentence of the API
 */
export async function runAssign(
  { db, config }: { db: Db; config: Config },
  input: { leadId: string; subscriptionId: string; reason: string },
): Promise<string> {
  try {
    const kept = { app: { config }, rules: new Map(), memory: new Map() };
    const given = await assignByHand(db, kept, { ...input, idempotencyKey: newId() }, SYSTEM);
    const price = `${given.charged_amount} ${given.currency}`;
    return `The lead was given to provider ${given.provider_id} for ${price} (${given.state}).`;
  } catch (error) {
    if (error instanceof Refusal) throw new StartupError('assign_refused', error.message);
    throw error;
  }
}
