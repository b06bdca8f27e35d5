import type { Config } from './config.ts';
import type { Db } from './db.ts';
import type { Live } from './live.ts';
import type { Logger } from './log.ts';
import type { Outbound } from './outbound.ts';
import type { Secrets } from './secrets.ts';

/**
 * What a use case may need, built by hand in one place (`openApp`) and passed as the first argument. There is no
 * container and no global: a test builds its own.
 */
export type App = {
  config: Config;
  db: Db;
  secrets: Secrets;
  outbound: Outbound;
  log: Logger;
  live: Live;
};
