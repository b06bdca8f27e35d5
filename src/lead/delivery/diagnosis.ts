import type { Exchange } from '../../platform/outbound.ts';
import type { Verdict } from './classify.ts';

/** What an exchange with a receiver means, in plain words with a way out: for the test button. */
export function diagnose(exchange: Exchange, verdict: Verdict): string {
  if (verdict.kind === 'delivered') {
    const reference =
      verdict.reference === null ? '' : ` Its own number of the lead is ${verdict.reference}.`;
    return `The endpoint took the lead.${reference}`;
  }
  if (exchange.outcome === 'answered')
    return `${verdict.message} ${adviceFor(exchange.status, verdict)}`.trim();
  if (exchange.outcome === 'refused') return `Nothing was sent. ${exchange.message}`;
  const left = exchange.bytesLeft
    ? ' It may have got the lead: a real one is sent again with the same id.'
    : ' It saw nothing of the lead; a real one is tried again.';
  return `${exchange.message}${left}`;
}

function adviceFor(status: number, verdict: Exclude<Verdict, { kind: 'delivered' }>): string {
  if (verdict.kind === 'unknown')
    return 'Check the rules for reading answers, or let the endpoint answer with JSON or XML.';
  if (verdict.reason === 'not_accepted') {
    return 'Check the rules for reading answers.';
  }
  if (verdict.reason === 'rejected') {
    return 'One of the rules for reading answers says that this is a rejection.';
  }
  switch (status) {
    case 400:
    case 422:
      return 'Its own words in the answer may say which field it misses: compare the field names and the format.';
    case 401:
    case 403:
      return 'Check the header with the password or key, and whether it lets our address in.';
    case 404:
    case 405:
      return 'Check the path of the address.';
    case 409:
      return 'It says that it already has this lead; the sample always has the same number, so this is fine.';
    case 413:
      return 'It takes smaller bodies only.';
    case 415:
      return 'It expects another format: try JSON, XML or form.';
    case 429:
      return 'It takes fewer requests at a time: lower the slots of the endpoint.';
    default:
      return status >= 500 ? 'The fault is on the side of the endpoint; its log says more.' : '';
  }
}
