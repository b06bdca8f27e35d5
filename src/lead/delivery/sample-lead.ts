import type { DeliveredAssignment, DeliveredLead } from './payload.ts';

/** The lead of docs/sample-events/lead-delivered.json, for the test button. Nobody of that name exists. */

const AT = new Date('2026-11-20T10:15:30.123Z');

export const SAMPLE_LEAD: DeliveredLead = {
  id: '0197f3a0-7c1e-7b52-9c39-0a4b6a3f1d10',
  name: 'Anna Schmidt',
  email: 'anna.schmidt@example.com',
  phone: '+491234567890',
  country: 'DE',
  niche: 'forex',
  leadType: 'premium',
  source: 'facebook_ads',
  submittedAt: AT,
  answers: {},
};

export const SAMPLE_ASSIGNMENT: DeliveredAssignment = {
  id: '0197f3a0-81d4-7f0c-8a55-6d1f4b1e2c77',
  price: { amount: 4_500n, currency: 'EUR' },
  competitionLevel: 'Exclusive',
  subscriptionId: '0197f39f-0c55-7aa1-b2de-3c6f1a9e8b42',
  test: true,
  consent: { textVersion: 'forex-de-3', givenAt: AT },
  sharedWithMax: 1,
};
