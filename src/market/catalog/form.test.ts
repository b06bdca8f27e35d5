import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FormSchema, formSchema, validateAnswers } from './form.ts';

const MIB = 1 << 20;

const form = formSchema.parse({
  fields: [
    { id: 'email', label: 'E-mail', type: 'email', required: true },
    { id: 'name', label: 'Name', type: 'name', required: true },
    { id: 'phone', label: 'Phone', type: 'phone' },
    { id: 'address', label: 'Address', type: 'address', rules: { requiredParts: ['city', 'postcode'] } },
    { id: 'purpose', label: 'Purpose', type: 'select', options: ['web', 'games'] },
    {
      id: 'extras',
      label: 'Extras',
      type: 'multi-select',
      options: ['backup', 'ssl', 'ddos'],
      rules: { maxItems: 2 },
    },
    { id: 'budget', label: 'Budget', type: 'range', options: { min: 0, max: 500, step: 2.5 } },
    { id: 'cpu', label: 'Cores', type: 'number', rules: { min: 1, max: 64, step: 1 } },
    { id: 'managed', label: 'Managed', type: 'boolean' },
    { id: 'adult', label: 'I am 18 or older', type: 'boolean', rules: { mustBeTrue: true } },
    { id: 'starts_on', label: 'Start', type: 'date', rules: { min: 'today', max: '2030-12-31' } },
    { id: 'wish', label: 'Wish', type: 'long_text', sensitive: true, rules: { maxLength: 100 } },
    { id: 'company', label: 'Company', type: 'text', rules: { minLength: 2 } },
  ],
});
const PERSON = { email: 'anna@example.de', name: 'Anna Maier' };
const OPTIONS = { country: 'DE', reserved: ['utm_*', 'gclid'], today: '2026-11-20' };

const read = (input: unknown, schema: FormSchema = form) => validateAnswers(schema, input, OPTIONS);
const problemsOf = (input: unknown, schema: FormSchema = form) => {
  const result = read(input, schema);
  return result.ok ? [] : result.details.map(({ field, reason }) => `${field}: ${reason}`);
};
const answersOf = (input: Record<string, unknown>) => {
  const result = read({ ...PERSON, ...input });
  if (!result.ok) throw new Error(JSON.stringify(result.details));
  return result.answers;
};

describe('a filled-in form', () => {
  test('JSON values and what a browser sends give the same answers', () => {
    const json = {
      ...PERSON,
      phone: '030 901820',
      address: {
        street: 'Hauptstr. 1',
        city: 'Berlin',
        postcode: '10115',
        country: 'Germany',
        lat: 52.5,
        lng: 13.4,
      },
      purpose: 'web',
      extras: ['ssl', 'backup'],
      budget: 12.5,
      cpu: 4,
      managed: true,
      adult: true,
      starts_on: '2026-12-01',
      wish: 'Bitte\nanrufen',
    };
    const browser = {
      ...PERSON,
      phone: ' 030 901820 ',
      'address.street': 'Hauptstr. 1',
      'address.city': 'Berlin',
      'address.postcode': '10115',
      'address.country': 'DE',
      'address.lat': '52.5',
      'address.lng': '13.4',
      purpose: 'web',
      extras: ['backup', 'ssl', 'ssl'],
      budget: '12,5',
      cpu: '4',
      managed: 'on',
      adult: 'true',
      starts_on: '2026-12-01',
      wish: 'Bitte\r\nanrufen',
      company: '',
      utm_source: 'ads',
      gclid: 'x',
    };
    expect(read(browser)).toEqual(read(json));
    expect(read(json)).toEqual({
      ok: true,
      answers: {
        email: 'anna@example.de',
        name: { firstName: 'Anna', lastName: 'Maier', name: 'Anna Maier' },
        phone: expect.objectContaining({ e164: '+4930901820', typed: '030 901820' }),
        address: {
          street: 'Hauptstr. 1',
          city: 'Berlin',
          postcode: '10115',
          state: null,
          country: 'DE',
          point: { lat: 52.5, lng: 13.4 },
        },
        purpose: 'web',
        extras: ['backup', 'ssl'],
        budget: 12.5,
        cpu: 4,
        managed: true,
        adult: true,
        starts_on: '2026-12-01',
        wish: 'Bitte\nanrufen',
      },
      contact: {
        firstName: 'Anna',
        lastName: 'Maier',
        name: 'Anna Maier',
        email: 'anna@example.de',
        emailFolded: 'anna@example.de',
        phone: {
          typed: '030 901820',
          e164: '+4930901820',
          country: 'DE',
          callingCode: '49',
          type: 'fixed_line',
          valid: true,
          possible: true,
          doubtful: false,
        },
        address: expect.objectContaining({ city: 'Berlin', country: 'DE', postcode: '10115' }),
      },
    });
  });

  test('only what is required has to be there, and the page gives the country', () => {
    const result = read(PERSON);
    expect(result).toMatchObject({
      ok: true,
      contact: { phone: null, address: { country: 'DE', postcode: null } },
    });
    expect(problemsOf({})).toEqual(['email: required', 'name: required']);
    expect(problemsOf({ email: '  ', name: null })).toEqual(['email: required', 'name: required']);
  });

  test('one chosen option of several may come as a plain text', () => {
    expect(answersOf({ extras: 'ssl' }).extras).toEqual(['ssl']);
    expect(answersOf({ extras: [] })).not.toHaveProperty('extras');
  });

  test('a field nobody asked for is refused by its name, reserved ones are passed over', () => {
    expect(problemsOf({ ...PERSON, budgte: 5, utm_campaign: 'x' })).toEqual(['budgte: unknown_field']);
    expect(
      problemsOf({ ...PERSON, 'address.planet': 'Mars', 'purpose.x': '1', 'address.city.x': '1' }),
    ).toEqual(['address.planet: unknown_field', 'purpose.x: unknown_field', 'address.city.x: unknown_field']);
    expect(problemsOf({ ...PERSON, name: { name: 'Anna', title: 'Dr.' } })).toEqual([
      'name.title: unknown_field',
    ]);
    expect(
      problemsOf(JSON.parse(`{"__proto__": {"admin": true}, "email": "a@b.de", "name": "Anna"}`)),
    ).toEqual(['__proto__: unknown_field']);
    expect(problemsOf({ ...PERSON, constructor: 'x', toString: 'y' })).toEqual([
      'constructor: unknown_field',
      'toString: unknown_field',
    ]);
  });

  test.each([
    [{ budget: 'viel' }, 'budget: not_a_number'],
    [{ budget: '1,250' }, 'budget: not_a_number'],
    [{ budget: '1e2' }, 'budget: not_a_number'],
    [{ budget: '１２' }, 'budget: not_a_number'],
    [{ budget: Number.NaN }, 'budget: not_a_number'],
    [{ budget: -1 }, 'budget: too_small'],
    [{ budget: 500.5 }, 'budget: too_large'],
    [{ budget: 1 }, 'budget: not_a_step'],
    [{ cpu: 1.5 }, 'cpu: not_a_step'],
    [{ cpu: ['4', '8'] }, 'cpu: several_answers'],
    [{ purpose: 'mining' }, 'purpose: not_an_option'],
    [{ purpose: ['web'] }, 'purpose: several_answers'],
    [{ extras: ['ssl', 'gold'] }, 'extras: not_an_option'],
    [{ extras: ['ssl', 'ddos', 'backup'] }, 'extras: too_many'],
    [{ extras: Array(10_000).fill('ssl') }, 'extras: too_many'],
    [{ managed: 'maybe' }, 'managed: not_yes_or_no'],
    [{ adult: 'false' }, 'adult: must_be_yes'],
    [{ starts_on: '2026-02-30' }, 'starts_on: not_a_date'],
    [{ starts_on: '20.11.2026' }, 'starts_on: not_a_date'],
    [{ starts_on: '10000-01-01' }, 'starts_on: not_a_date'],
    [{ starts_on: '2026-11-19' }, 'starts_on: too_early'],
    [{ starts_on: '2031-01-01' }, 'starts_on: too_late'],
    [{ wish: 'x'.repeat(101) }, 'wish: too_long'],
    [{ wish: 'a\u0000b' }, 'wish: nul_character'],
    [{ wish: '\ud800' }, 'wish: broken_character'],
    [{ company: 'a\nb' }, 'company: control_character'],
    [{ company: 'x' }, 'company: too_short'],
    [{ email: 'anna@' }, 'email: email_domain'],
    [{ email: ['a@b.de', 'b@b.de'] }, 'email: several_answers'],
    [{ name: 'http://x' }, 'name: name_characters'],
    [{ name: { firstName: 'Anna' } }, 'name.lastName: name_missing'],
    [{ phone: 'call me' }, 'phone: phone_characters'],
    [{ phone: '12' }, 'phone: phone_too_short'],
    [{ phone: '+49 30 12345678901234567' }, 'phone: phone_too_long'],
    [{ phone: { number: '030 901820', country: 'Mars' } }, 'phone.country: not_a_country'],
    [{ address: 'Berlin' }, 'address: address_parts'],
    [{ address: { city: 'Berlin', postcode: '1010' } }, 'address.postcode: postcode_not_of_country'],
    [{ address: { city: 'Berlin' } }, 'address.postcode: required'],
    [{ address: { city: 'Berlin', postcode: '10115', country: 'Mars' } }, 'address.country: not_a_country'],
    [{ address: { city: 'Berlin', postcode: '10115', lat: 91, lng: 0 } }, 'address.point: not_a_point'],
    [{ address: { city: 'a\u0000', postcode: '10115' } }, 'address.city: nul_character'],
  ])('%# names the one field to mend', (input, problem) => {
    expect(problemsOf({ ...PERSON, ...input })).toEqual([problem]);
  });

  test.each([undefined, null, 7, 'text', true, [], [PERSON]])(
    'a body that is no object is refused (%#)',
    (body) => {
      expect(problemsOf(body)).toEqual([': not_an_object']);
    },
  );

  test('a body with thousands of keys is refused at once, and unknown keys are named up to a limit', () => {
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]));
    expect(problemsOf(keys(100_000))).toEqual([': too_many_fields']);
    expect(problemsOf({ ...PERSON, ...keys(200) })).toHaveLength(20);
    const long = read({ ...PERSON, ['x\u0000'.repeat(MIB)]: 1 });
    expect(long.ok ? '' : long.details[0]!.field.length).toBeLessThanOrEqual(60);
  });

  test('every message is a sentence', () => {
    const result = read({
      email: 'x',
      name: '1',
      phone: 'x',
      budget: 'x',
      purpose: 'x',
      extras: 'x',
      starts_on: 'x',
      nope: 1,
    });
    for (const { message } of result.ok ? [] : result.details) expect(message).toMatch(/^[A-Z].{8,}[.0-9]$/);
  });
});

describe('phones and countries', () => {
  const canada = formSchema.parse({
    fields: [
      { id: 'email', label: 'E-mail', type: 'email', required: true },
      { id: 'phone', label: 'Phone', type: 'phone', required: true },
      { id: 'land', label: 'Country', type: 'country', rules: { countries: ['DE', 'CA'] } },
      { id: 'plz', label: 'Postcode', type: 'postcode' },
    ],
  });
  const phone = (input: Record<string, unknown>) => {
    const result = read({ email: 'a@b.de', ...input }, canada);
    return result.ok ? result.contact.phone : result.details;
  };

  test('a Toronto number on a German page is Canadian when the person says Canada', () => {
    expect(phone({ phone: '416-967-1111', land: 'Canada' })).toMatchObject({
      e164: '+14169671111',
      country: 'CA',
      doubtful: false,
    });
    expect(phone({ phone: '416-967-1111', 'phone.country': 'ca' })).toMatchObject({
      e164: '+14169671111',
      country: 'CA',
    });
    expect(phone({ phone: { number: '416-967-1111', country: 'CA' } })).toMatchObject({ country: 'CA' });
  });

  test('and when the person says nothing it is taken as German but marked doubtful', () => {
    expect(phone({ phone: '416-967-1111' })).toMatchObject({
      e164: '+494169671111',
      country: 'DE',
      doubtful: true,
    });
    expect(phone({ phone: '+1 416-967-1111' })).toMatchObject({ country: 'CA', doubtful: false });
  });

  test('a Berlin number of a person who lives in Canada is found, and marked doubtful', () => {
    expect(phone({ phone: '030 901820', land: 'CA' })).toMatchObject({
      e164: '+4930901820',
      country: 'DE',
      doubtful: true,
    });
    expect(phone({ phone: { number: '030 901820', country: 'CA' } })).toMatchObject([
      { reason: 'phone_not_a_number' },
    ]);
  });

  test('the postcode is judged by the country the person gave', () => {
    expect(read({ email: 'a@b.de', phone: '030 901820', plz: 'm5v3l9', land: 'CA' }, canada)).toMatchObject({
      ok: true,
      contact: { address: { country: 'CA', postcode: 'M5V 3L9' } },
    });
    expect(problemsOf({ email: 'a@b.de', phone: '030 901820', plz: 'm5v3l9' }, canada)).toEqual([
      'plz: postcode_not_of_country',
    ]);
  });

  test('a country that is not offered is refused with the ones that are', () => {
    const result = read({ email: 'a@b.de', phone: '030 901820', land: 'FR' }, canada);
    expect(result).toMatchObject({
      ok: false,
      details: [{ field: 'land', message: 'This is offered in Germany or Canada only.' }],
    });
  });

  test('a form may take phones of some countries only', () => {
    const uk = formSchema.parse({
      fields: [
        { id: 'email', label: 'E-mail', type: 'email', required: true },
        { id: 'phone', label: 'Phone', type: 'phone', rules: { country: 'GB', countries: ['GB'] } },
      ],
    });
    expect(validateAnswers(uk, { email: 'a@b.de', phone: '020 7946 0018' })).toMatchObject({ ok: true });
    expect(validateAnswers(uk, { email: 'a@b.de', phone: '+49 30 901820' })).toMatchObject({
      ok: false,
      details: [{ field: 'phone', message: 'Give a phone number from The UK.' }],
    });
  });

  test('first and family name in two fields when the form says so', () => {
    const two = formSchema.parse({
      fields: [
        { id: 'email', label: 'E-mail', type: 'email', required: true },
        { id: 'who', label: 'Name', type: 'name', required: true, rules: { shape: 'first_last' } },
      ],
    });
    expect(problemsOf({ email: 'a@b.de', who: 'Anna Maier' }, two)).toEqual(['who: name_parts']);
    expect(read({ email: 'a@b.de', 'who.firstName': 'Anna', 'who.lastName': 'Maier' }, two)).toMatchObject({
      ok: true,
      contact: { firstName: 'Anna', lastName: 'Maier', name: 'Anna Maier' },
    });
  });
});

describe('laws', () => {
  const nasty = fc.oneof(
    fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
    fc.constantFrom(
      'x'.repeat(MIB),
      '\u0000',
      '\ud800',
      '__proto__',
      { __proto__: 1 },
      [[[]]],
      Symbol.iterator,
    ),
  );
  const keys = fc.constantFrom(
    ...form.fields.map((field) => field.id),
    'address.city',
    'phone.country',
    'name.name',
    '__proto__',
    'x',
  );

  test('whatever is sent, the answer is a value or a list of fields, never an exception', () => {
    fc.assert(
      fc.property(fc.dictionary(keys, nasty), fc.anything(), (body, other) => {
        for (const input of [body, other]) {
          const result = read(input);
          if (!result.ok) expect(result.details.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('answers that were taken once are taken again and stay the same', () => {
    const inputs = fc.record(
      {
        email: fc.constant('anna@example.de'),
        name: fc.constantFrom('Anna Maier', 'Ludwig van Beethoven'),
        purpose: fc.constantFrom('web', 'games'),
        extras: fc.subarray(['backup', 'ssl', 'ddos'], { maxLength: 2 }),
        budget: fc.integer({ min: 0, max: 200 }).map((half) => half * 2.5),
        cpu: fc.integer({ min: 1, max: 64 }).map(String),
        managed: fc.constantFrom('true', 'off', false, 1),
        wish: fc.string({ unit: 'grapheme', maxLength: 40 }),
      },
      { requiredKeys: ['email', 'name'] },
    );
    fc.assert(
      fc.property(inputs, (input) => {
        const once = read(input);
        if (!once.ok) return;
        const name = (once.answers.name as { name: string }).name;
        expect(read({ ...once.answers, name })).toEqual(once);
        expect(JSON.parse(JSON.stringify(once.answers))).toEqual(once.answers);
      }),
    );
  });
});
