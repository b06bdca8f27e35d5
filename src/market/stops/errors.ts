import { defineRefusals } from '../../kernel/errors.ts';

export const refusals = defineRefusals({
  stop_scope_id_wrong: [422, 'Name what is to be stopped by its id; "everything" needs none.'],
  stop_target_not_found: [404, 'There is no such niche, source or provider.'],
  already_stopped: [409, 'This is stopped already: release that switch first.'],
  stop_switch_not_found: [404, 'There is no such switch.'],
  stop_switch_released: [409, 'This switch was released already.'],
});
