import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One registry per process. Metrics are declared where they are counted, through these three functions. */
export const registry = new Registry();

/** Names of Fairlead's own metrics begin with this. */
const PREFIX = 'fairlead_';

/** From 1 ms to 60 s: the bounds that tell intake (ms) and partners (s) apart. */
const SECONDS_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export const counter = (name: string, help: string, labelNames: string[] = []): Counter<string> =>
  new Counter({ name: `${PREFIX}${name}`, help, labelNames, registers: [registry] });

export const gauge = (name: string, help: string, labelNames: string[] = []): Gauge<string> =>
  new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers: [registry] });

export const histogram = (name: string, help: string, labelNames: string[] = []): Histogram<string> =>
  new Histogram({
    name: `${PREFIX}${name}`,
    help,
    labelNames,
    buckets: SECONDS_BUCKETS,
    registers: [registry],
  });

/** Adds the figures of the process itself (memory, event loop, CPU); once per process. */
export function countProcess(): void {
  collectDefaultMetrics({ register: registry });
}
