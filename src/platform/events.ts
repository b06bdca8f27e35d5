import type { Counter } from 'prom-client';
import { afterCommit, type Tx } from './db.ts';

/**
 * Business events. Each module has an `events.ts` with one function per event, so that the counter, the one wide log
 * line and the live notice have one shape. Inside a transaction they are collected and leave after its commit:
 * a batch that rolled back or was repeated leaves no trace of its first try.
 */
export type Raised = {
  /** `noun.verb`, for instance `lead.received`. */
  name: string;
  /** Fields of the wide log line: ids and figures, never person data. */
  fields: Record<string, string | number | boolean | bigint | null | undefined>;
  /** Live topics that changed (`leads`, `lead:<id>`, `provider:<id>`, `money`, `deliveries`). */
  topics?: readonly string[];
  level?: 'debug' | 'info' | 'warn' | 'error';
  counter?: Counter<string>;
  labels?: Record<string, string>;
  /** What the counter is raised by; default 1. */
  by?: number;
};

/** Raises an event with the transaction that makes it true. */
export function raise(tx: Tx, event: Raised): void {
  afterCommit(tx, event);
}
