import type { Exchange } from '../../platform/outbound.ts';
import type { PayloadFormat } from './payload.ts';
import type { ResponseRule } from './response-rules.ts';

/** One claimed delivery on its way: what the claim knows, what the call brought. Nothing of it is stored. */

/** The endpoint as it stands at the claim: a retry uses the present URL, secrets and headers. */
export type Target = PayloadFormat & {
  id: string;
  providerId: string;
  url: string;
  responseRules: readonly ResponseRule[];
  timeoutMs: number | null;
  headersEnc: Buffer | null;
  secretEnc: Buffer;
  secretPreviousEnc: Buffer | null;
  secretPreviousUntil: Date | null;
};

/** Opened for the call. */
export type Keys = { secrets: string[]; headers: Record<string, string> };

/** Why a claimed delivery is not sent at all. `refused` ends it; `blocked` is tried again. */
export type Stop = { kind: 'refused' | 'blocked'; reason: string; message: string };

export type Job = {
  deliveryId: string;
  assignmentId: string;
  leadId: string;
  providerId: string;
  endpointId: string;
  /** The lease: only who holds it moves the delivery. */
  token: string;
  /** This try included. */
  tries: number;
  firstAttemptAt: Date;
  unknownSeen: boolean;
  /** The database's clock at the claim, and `performance.now()` at that moment. */
  claimedAt: Date;
  claimedMark: number;
  target: Target;
  work: { kind: 'send'; body: Buffer; contentType: string; keys: Keys } | { kind: 'stop'; stop: Stop };
};

/** An endpoint whose breaker is open and which has nothing due: a signed ping finds out whether it is back. */
export type Ping = { endpointId: string; target: Target; keys: Keys; claimedAt: Date; claimedMark: number };

export type Sent = { startedAt: Date; exchange: Exchange; requestHeaders: Record<string, string> };
/** `sent` null: no call was made. */
export type JobResult = { job: Job; sent: Sent | null };
export type PingResult = { ping: Ping; exchange: Exchange };

/** The place a sealed body is bound to. */
export const bodyPlace = (deliveryId: string) => ({
  table: 'deliveries',
  row: deliveryId,
  column: 'body_enc',
});

/** The id a receiver sees: the same for every attempt of one delivery. */
export const webhookId = (deliveryId: string): string => `dlv_${deliveryId}`;
