import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { BASE_FIELDS } from '../../market/endpoints/index.ts';
import { formatCountry, formatPhone } from './formats.ts';
import {
  type DeliveredAssignment,
  type DeliveredLead,
  deliveredFields,
  missingRequiredFields,
  type PayloadFormat,
  renderDelivery,
} from './payload.ts';

const lead: DeliveredLead = {
  id: '0197f3a0-7c1e-7b52-9c39-0a4b6a3f1d10',
  name: 'Anna Schmidt',
  email: 'anna.schmidt@example.com',
  phone: '+491234567890',
  country: 'DE',
  niche: 'forex',
  leadType: 'premium',
  source: 'facebook_ads',
  submittedAt: new Date('2026-11-20T10:15:30.123Z'),
  answers: { experience: 'beginner', budget: 2500, iban: 'DE89370400440532013000' },
};
const assignment: DeliveredAssignment = {
  id: '0197f3a0-81d4-7f0c-8a55-6d1f4b1e2c77',
  price: { amount: 4500n, currency: 'EUR' },
  competitionLevel: 'Exclusive',
  subscriptionId: '0197f39f-0c55-7aa1-b2de-3c6f1a9e8b42',
  test: false,
  consent: { textVersion: 'forex-de-3', givenAt: new Date('2026-11-20T10:15:30.123Z') },
  sharedWithMax: 1,
};
/** Partner 1: basic forex, German FX Solutions. */
const basic: PayloadFormat = {
  format: 'json',
  phoneFormat: 'international',
  countryFormat: 'name',
  requiredFields: ['name', 'email', 'phone', 'country'],
  fieldMap: {},
  defaultValues: {},
  withExtras: true,
};
/** Partner 2: recovery in Spain with fields of its own and the local phone format. */
const recovery: PayloadFormat = {
  ...basic,
  phoneFormat: 'local',
  requiredFields: ['name', 'lastname', 'email', 'phone', 'country', 'amount_lost', 'fraud_type'],
  defaultValues: { campaign: 'recovery-es' },
  withExtras: false,
};
const spaniard: DeliveredLead = {
  ...lead,
  name: 'María García López',
  phone: '+34612345678',
  country: 'ES',
  niche: 'recovery',
  leadType: 'raw',
  source: 'landing_page',
  answers: { amount_lost: 12000, fraud_type: 'crypto', iban: 'ES9121000418450200051332' },
};

const bodyOf = (from = lead, format = basic) => renderDelivery(from, assignment, format).body;

describe('the default body', () => {
  test('is exactly the published sample, key by key and in order', () => {
    const sample = readFileSync(
      new URL('../../../docs/sample-events/lead-delivered.json', import.meta.url),
      'utf8',
    );
    expect(JSON.stringify(JSON.parse(sample))).toBe(bodyOf());
    expect(renderDelivery(lead, assignment, basic).contentType).toBe('application/json');
  });

  test('has the nine fields at the top and everything of ours under one key', () => {
    expect(Object.keys(JSON.parse(bodyOf()))).toEqual([...BASE_FIELDS, 'fairlead']);
    expect(JSON.parse(bodyOf())).toMatchObject({
      lead_id: '0197f3a0-7c1e-7b52-9c39-0a4b6a3f1d10',
      phone: '+491234567890',
      country: 'germany',
      lead_type: 'premium',
      source: 'facebook_ads',
      timestamp: '2026-11-20T10:15:30.123Z',
      fairlead: { price: '45.00', currency: 'EUR', shared_with_max: 1 },
    });
  });

  test('holds nothing of ours when the endpoint switched it off', () => {
    expect(Object.keys(JSON.parse(bodyOf(lead, { ...basic, withExtras: false })))).toEqual([...BASE_FIELDS]);
  });

  test('says that no consent is recorded instead of leaving it out', () => {
    const { body } = renderDelivery(lead, { ...assignment, consent: null }, basic);
    expect(JSON.parse(body).fairlead.consent).toBeNull();
  });
});

describe('a receiver with its own fields', () => {
  test('gets them after the nine, in its phone format, with its static values', () => {
    expect(Object.entries(JSON.parse(bodyOf(spaniard, recovery)))).toEqual([
      ['lead_id', lead.id],
      ['name', 'María García López'],
      ['email', 'anna.schmidt@example.com'],
      ['phone', '34-612-345-678'],
      ['country', 'spain'],
      ['niche', 'recovery'],
      ['lead_type', 'raw'],
      ['source', 'landing_page'],
      ['timestamp', '2026-11-20T10:15:30.123Z'],
      ['lastname', 'López'],
      ['amount_lost', 12000],
      ['fraud_type', 'crypto'],
      ['campaign', 'recovery-es'],
    ]);
  });

  test('gets fields under its own names, in the place they always have', () => {
    const fieldMap = { phone: 'telefon', budget: 'investment', lead_id: 'externalId' };
    const keys = Object.keys(JSON.parse(bodyOf(lead, { ...basic, fieldMap })));
    expect(keys).toEqual([
      'externalId',
      'name',
      'email',
      'telefon',
      'country',
      'niche',
      'lead_type',
      'source',
      'timestamp',
      'investment',
      'fairlead',
    ]);
  });

  test('gets no answer that it neither requires nor maps', () => {
    for (const format of ['json', 'xml', 'form'] as const) {
      expect(bodyOf(lead, { ...basic, format })).not.toContain('DE89370400440532013000');
      expect(bodyOf(lead, { ...basic, format })).not.toContain('beginner');
    }
  });

  test('gets its static value only where the lead has none', () => {
    const format = {
      ...basic,
      requiredFields: ['budget', 'city'],
      defaultValues: { budget: 1, city: 'Berlin' },
    };
    expect(JSON.parse(bodyOf(lead, format))).toMatchObject({ budget: 2500, city: 'Berlin' });
  });

  test('is told which required fields a lead lacks', () => {
    expect(missingRequiredFields(lead, recovery)).toEqual(['amount_lost', 'fraud_type']);
    expect(missingRequiredFields(spaniard, recovery)).toEqual([]);
    expect(missingRequiredFields({ ...lead, phone: '' }, basic)).toEqual(['phone']);
    expect(
      missingRequiredFields({ ...lead, name: 'Anna' }, { ...basic, requiredFields: ['lastname'] }),
    ).toEqual(['lastname']);
    const covered = { requiredFields: ['city'], defaultValues: { city: 'Berlin' } };
    expect(missingRequiredFields(lead, covered)).toEqual([]);
    expect(
      missingRequiredFields(lead, { requiredFields: ['constructor', '__proto__'], defaultValues: {} }),
    ).toEqual(['constructor', '__proto__']);
  });

  test('gets nothing from names that every object has', () => {
    const format = { ...basic, requiredFields: ['constructor', 'toString'], fieldMap: {} };
    expect(Object.keys(JSON.parse(bodyOf(lead, format)))).toEqual([...BASE_FIELDS, 'fairlead']);
  });
});

describe('formats', () => {
  test.each([
    ['+491234567890', 'international', '+491234567890'],
    ['+491234567890', 'e164', '+491234567890'],
    ['+491234567890', 'national', '491234567890'],
    ['+491234567890', 'local', '49-123-456-7890'],
    ['+34612345678', 'local', '34-612-345-678'],
    ['+14165550123', 'local', '1-416-555-0123'],
    ['+447911123456', 'local', '44-791-112-3456'],
    ['+390612345678', 'local', '39-061-234-5678'],
    ['+4930123456', 'national_trunk', '030123456'],
    ['+390612345678', 'national_trunk', '0612345678'],
    ['+34612345678', 'national_trunk', '612345678'],
    ['', 'local', ''],
    ['no number', 'national', 'no number'],
  ] as const)('the phone %s as %s is %s', (e164, format, expected) => {
    expect(formatPhone(e164, format)).toBe(expected);
  });

  test.each([
    ['DE', 'germany'],
    ['AT', 'austria'],
    ['ES', 'spain'],
    ['CA', 'canada'],
    ['IT', 'italy'],
    ['GB', 'uk'],
    ['NO', 'norway'],
    ['??', '??'],
  ])('the country %s is %s by name', (iso2, name) => {
    expect([formatCountry(iso2, 'name'), formatCountry(iso2, 'iso2')]).toEqual([name, iso2]);
  });

  test('XML says the same as JSON, whatever the answers hold', () => {
    const parser = new XMLParser({ parseTagValue: false, trimValues: false });
    const format = { ...basic, requiredFields: ['note'] };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (note) => {
        const from = { ...lead, answers: { note: `x${note}` } };
        const xml = parser.parse(bodyOf(from, { ...format, format: 'xml' }), true).lead;
        const json = JSON.parse(bodyOf(from, format));
        expect(xml.note).toBe(json.note);
        expect(xml.fairlead.price).toBe(json.fairlead.price);
      }),
    );
  });

  test('XML carries what it can of control characters, markup and lists', () => {
    const from = { ...lead, answers: { note: '<b>&"\u0000\ud800\r</b>', tags: ['a', 'b'] } };
    const format = { ...basic, format: 'xml' as const, requiredFields: ['note', 'tags'], withExtras: false };
    const { body, contentType } = renderDelivery(from, assignment, format);
    expect(contentType).toBe('application/xml; charset=utf-8');
    expect(body).toContain(
      '<note>&lt;b&gt;&amp;&quot;\ufffd\ufffd&#13;&lt;/b&gt;</note><tags>a</tags><tags>b</tags></lead>',
    );
  });

  test('a form carries the same fields, ours in brackets', () => {
    const { body, contentType } = renderDelivery(lead, assignment, { ...basic, format: 'form' });
    const form = new URLSearchParams(body);
    expect(contentType).toBe('application/x-www-form-urlencoded');
    expect([...form.keys()].slice(0, 9)).toEqual([...BASE_FIELDS]);
    expect(form.get('phone')).toBe('+491234567890');
    expect(form.get('fairlead[price]')).toBe('45.00');
    expect(form.get('fairlead[consent][text_version]')).toBe('forex-de-3');
  });

  test('the same lead always gives the same bytes', () => {
    for (const format of ['json', 'xml', 'form'] as const) {
      expect(bodyOf(spaniard, { ...recovery, format })).toBe(bodyOf(spaniard, { ...recovery, format }));
    }
    expect(deliveredFields(lead, assignment, basic).size).toBe(10);
  });
});
