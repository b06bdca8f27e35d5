import net from 'node:net';
import tls from 'node:tls';
import type { buildConnector } from 'undici';
import type { AddressRules } from './address-guard.ts';
import { canonical, judgeAddress } from './address-guard.ts';
import type { FailedReason, RefusedReason } from './outbound-reasons.ts';
import { codeOf } from './startup-error.ts';

/**
 * Opens the socket of an outbound call: only to addresses that were checked, by number, with the name used for SNI
 * and the certificate. No look-up happens here, so no second answer of a name server can change the destination.
 */

const ADDRESSES_TRIED_MAX = 3;
const CONNECT_TIMEOUT_MS = 5_000;
const TLS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_PROBE_MS = 30_000;

/** Why no connection came to be: a guard reason (nothing left us) or a failure with its phase. */
export type ConnectProblem =
  | { kind: 'refused'; reason: RefusedReason }
  | { kind: 'failed'; phase: 'connect' | 'tls'; reason: FailedReason };

/** Carried through undici as the error of every request that waited for this connection. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly code = 'FAIRLEAD_CONNECT';
  readonly problem: ConnectProblem;

  constructor(problem: ConnectProblem, cause?: unknown) {
    super(problem.reason, { cause });
    this.problem = problem;
  }
}

/** The destination of a pool. `addresses` is replaced by each request's own checked answer. */
export type Destination = { host: string; port: number; secure: boolean; addresses: string[] };

export function guardedConnector(
  destination: Destination,
  rules: AddressRules,
  ca: string | undefined,
): buildConnector.connector {
  return (_options, callback) => {
    openSocket(destination, rules, ca).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(asConnectError(error), null),
    );
  };
}

/** Opens a connection to one of the checked addresses, with TLS where the destination asks for it. */
export async function openSocket(
  to: Destination,
  rules: AddressRules,
  ca: string | undefined,
): Promise<net.Socket> {
  const problems: unknown[] = [];
  for (const address of to.addresses.slice(0, ADDRESSES_TRIED_MAX)) {
    let plain: net.Socket;
    try {
      plain = await connectTo(address, to, rules);
    } catch (error) {
      problems.push(error);
      continue;
    }
    return to.secure ? await secure(plain, to, ca) : plain;
  }
  throw problems[0] ?? new ConnectError({ kind: 'failed', phase: 'connect', reason: 'connect_failed' });
}

function connectTo(address: string, to: Destination, rules: AddressRules): Promise<net.Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<net.Socket>();
  const before = judgeAddress(address, to.port, to.host, rules);
  if (before !== null) return Promise.reject(new ConnectError({ kind: 'refused', reason: before }));
  const socket = net.connect({ host: address, port: to.port, autoSelectFamily: false, noDelay: true });
  const timer = setTimeout(() => fail('connect_timeout'), CONNECT_TIMEOUT_MS);
  const fail = (reason: FailedReason, cause?: unknown) => {
    clearTimeout(timer);
    reject(new ConnectError({ kind: 'failed', phase: 'connect', reason }, cause));
    socket.destroy();
  };
  socket.once('error', (error) => fail(connectReason(codeOf(error)), error));
  socket.once('connect', () => {
    clearTimeout(timer);
    // The peer is asked once more: whatever stands between (a hook, a translation), this is where bytes would go.
    const peer = canonical(socket.remoteAddress ?? '');
    const reason = peer === null ? 'reserved_address' : judgeAddress(peer, to.port, to.host, rules);
    if (reason !== null) {
      socket.destroy();
      return reject(new ConnectError({ kind: 'refused', reason }));
    }
    socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
    resolve(socket);
  });
  return promise;
}

function secure(plain: net.Socket, to: Destination, ca: string | undefined): Promise<tls.TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<tls.TLSSocket>();
  const literal = net.isIP(to.host) !== 0;
  const socket = tls.connect({
    socket: plain,
    // `host` is what the certificate is checked against; an address may not be sent as SNI.
    host: to.host,
    servername: literal ? '' : to.host,
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
  });
  const timer = setTimeout(() => fail('tls_failed'), TLS_TIMEOUT_MS);
  const fail = (reason: FailedReason, cause?: unknown) => {
    clearTimeout(timer);
    reject(new ConnectError({ kind: 'failed', phase: 'tls', reason }, cause));
    socket.destroy();
    plain.destroy();
  };
  socket.once('error', (error) => fail(tlsReason(codeOf(error)), error));
  socket.once('close', () => fail('tls_failed'));
  socket.once('secureConnect', () => {
    clearTimeout(timer);
    resolve(socket);
  });
  return promise;
}

function connectReason(code: string): FailedReason {
  if (code === 'ECONNREFUSED') return 'connection_refused';
  if (code === 'ETIMEDOUT') return 'connect_timeout';
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ENETDOWN'].includes(code)) return 'unreachable';
  return 'connect_failed';
}

const TLS_REASONS: Record<string, FailedReason> = {
  CERT_HAS_EXPIRED: 'certificate_expired',
  CERT_NOT_YET_VALID: 'certificate_not_yet_valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_wrong_name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate_self_signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate_untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate_untrusted',
  CERT_UNTRUSTED: 'certificate_untrusted',
  CERT_REVOKED: 'certificate_untrusted',
};

function tlsReason(code: string): FailedReason {
  return TLS_REASONS[code] ?? 'tls_failed';
}

function asConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  return new ConnectError({ kind: 'failed', phase: 'connect', reason: 'connect_failed' }, error);
}
