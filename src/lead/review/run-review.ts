import type { App } from '../../platform/app.ts';
import { expireDue } from './expire-due.ts';
import { alarmOfStuck, remindOfApprovals } from './remind-of-approvals.ts';

/** One round of everything review does by the clock. */
export async function runReview(app: App): Promise<number> {
  return (await expireDue(app)) + (await remindOfApprovals(app)) + (await alarmOfStuck(app));
}
