/**
 * Countries: stored as ISO 3166-1 alpha-2; partners' systems may ask for the lower-case English name
 * ("germany", "uk"). And what a postcode looks like in the countries that leads come from.
 */

/** All of ISO 3166-1 (2026), and XK, which Kosovo's phones and post use although ISO has not assigned it. */
const LIST = [
  'AD andorra; AE united arab emirates; AF afghanistan; AG antigua and barbuda; AI anguilla;',
  'AL albania; AM armenia; AO angola; AQ antarctica; AR argentina; AS american samoa; AT austria;',
  'AU australia; AW aruba; AX aland islands; AZ azerbaijan; BA bosnia and herzegovina; BB barbados;',
  'BD bangladesh; BE belgium; BF burkina faso; BG bulgaria; BH bahrain; BI burundi; BJ benin;',
  'BL saint barthelemy; BM bermuda; BN brunei; BO bolivia; BQ caribbean netherlands; BR brazil;',
  'BS bahamas; BT bhutan; BV bouvet island; BW botswana; BY belarus; BZ belize; CA canada;',
  'CC cocos islands; CD democratic republic of the congo; CF central african republic;',
  "CG republic of the congo; CH switzerland; CI cote d'ivoire; CK cook islands; CL chile; CM cameroon;",
  'CN china; CO colombia; CR costa rica; CU cuba; CV cape verde; CW curacao; CX christmas island;',
  'CY cyprus; CZ czechia; DE germany; DJ djibouti; DK denmark; DM dominica; DO dominican republic;',
  'DZ algeria; EC ecuador; EE estonia; EG egypt; EH western sahara; ER eritrea; ES spain; ET ethiopia;',
  'FI finland; FJ fiji; FK falkland islands; FM micronesia; FO faroe islands; FR france; GA gabon;',
  'GB uk; GD grenada; GE georgia; GF french guiana; GG guernsey; GH ghana; GI gibraltar; GL greenland;',
  'GM gambia; GN guinea; GP guadeloupe; GQ equatorial guinea; GR greece;',
  'GS south georgia and south sandwich islands; GT guatemala; GU guam; GW guinea-bissau; GY guyana;',
  'HK hong kong; HM heard and mcdonald islands; HN honduras; HR croatia; HT haiti; HU hungary;',
  'ID indonesia; IE ireland; IL israel; IM isle of man; IN india; IO british indian ocean territory;',
  'IQ iraq; IR iran; IS iceland; IT italy; JE jersey; JM jamaica; JO jordan; JP japan; KE kenya;',
  'KG kyrgyzstan; KH cambodia; KI kiribati; KM comoros; KN saint kitts and nevis; KP north korea;',
  'KR south korea; KW kuwait; KY cayman islands; KZ kazakhstan; LA laos; LB lebanon; LC saint lucia;',
  'LI liechtenstein; LK sri lanka; LR liberia; LS lesotho; LT lithuania; LU luxembourg; LV latvia;',
  'LY libya; MA morocco; MC monaco; MD moldova; ME montenegro; MF saint martin; MG madagascar;',
  'MH marshall islands; MK north macedonia; ML mali; MM myanmar; MN mongolia; MO macao;',
  'MP northern mariana islands; MQ martinique; MR mauritania; MS montserrat; MT malta; MU mauritius;',
  'MV maldives; MW malawi; MX mexico; MY malaysia; MZ mozambique; NA namibia; NC new caledonia;',
  'NE niger; NF norfolk island; NG nigeria; NI nicaragua; NL netherlands; NO norway; NP nepal;',
  'NR nauru; NU niue; NZ new zealand; OM oman; PA panama; PE peru; PF french polynesia;',
  'PG papua new guinea; PH philippines; PK pakistan; PL poland; PM saint pierre and miquelon;',
  'PN pitcairn islands; PR puerto rico; PS palestine; PT portugal; PW palau; PY paraguay; QA qatar;',
  'RE reunion; RO romania; RS serbia; RU russia; RW rwanda; SA saudi arabia; SB solomon islands;',
  'SC seychelles; SD sudan; SE sweden; SG singapore; SH saint helena; SI slovenia;',
  'SJ svalbard and jan mayen; SK slovakia; SL sierra leone; SM san marino; SN senegal; SO somalia;',
  'SR suriname; SS south sudan; ST sao tome and principe; SV el salvador; SX sint maarten; SY syria;',
  'SZ eswatini; TC turks and caicos islands; TD chad; TF french southern territories; TG togo;',
  'TH thailand; TJ tajikistan; TK tokelau; TL timor-leste; TM turkmenistan; TN tunisia; TO tonga;',
  'TR turkey; TT trinidad and tobago; TV tuvalu; TW taiwan; TZ tanzania; UA ukraine; UG uganda;',
  'UM us outlying islands; US united states; UY uruguay; UZ uzbekistan; VA vatican city;',
  'VC saint vincent and grenadines; VE venezuela; VG british virgin islands; VI us virgin islands;',
  'VN vietnam; VU vanuatu; WF wallis and futuna; WS samoa; XK kosovo; YE yemen; YT mayotte;',
  'ZA south africa; ZM zambia; ZW zimbabwe;',
];

const NAMES: ReadonlyMap<string, string> = new Map(
  LIST.flatMap((line) => line.split(';'))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => [entry.slice(0, 2), entry.slice(3)]),
);

/** Further names that people and their systems write. */
const ALIASES: Readonly<Record<string, string>> = {
  'united kingdom': 'GB',
  'great britain': 'GB',
  usa: 'US',
  'united states of america': 'US',
  'czech republic': 'CZ',
  turkiye: 'TR',
  holland: 'NL',
  'ivory coast': 'CI',
  burma: 'MM',
  swaziland: 'SZ',
  macedonia: 'MK',
};

const CODES: ReadonlyMap<string, string> = new Map([
  ...[...NAMES].map(([code, name]): [string, string] => [name, code]),
  ...Object.entries(ALIASES),
  ['uk', 'GB'],
]);

const COUNTRY_TEXT_MAX = 60;
const POSTCODE_MAX = 12;

type PostcodeRule = { pattern: RegExp; example: string; format?: (bare: string) => string };

/** Patterns work on the postcode in capitals without blanks and dashes. */
const POSTCODES: Readonly<Record<string, PostcodeRule>> = {
  DE: { pattern: /^(?!00)\d{5}$/, example: '10115' },
  AT: { pattern: /^[1-9]\d{3}$/, example: '1010' },
  ES: { pattern: /^(0[1-9]|[1-4]\d|5[0-2])\d{3}$/, example: '28013' },
  IT: { pattern: /^\d{5}$/, example: '00184' },
  NO: { pattern: /^\d{4}$/, example: '0150' },
  GB: {
    pattern: /^(GIR0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?\d[ABD-HJLNP-UW-Z]{2})$/,
    example: 'SW1A 1AA',
    format: (bare) => `${bare.slice(0, -3)} ${bare.slice(-3)}`,
  },
  CA: {
    pattern: /^[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]\d[ABCEGHJ-NPRSTV-Z]\d$/,
    example: 'M5V 3L9',
    format: (bare) => `${bare.slice(0, 3)} ${bare.slice(3)}`,
  },
};

/** Prefixes of the old international style ("D-10115", "A-1010"). */
const PREFIXES: Readonly<Record<string, RegExp>> = {
  DE: /^(DE?)[- ]/,
  AT: /^(AT?)[- ]/,
  ES: /^(ES?)[- ]/,
  IT: /^(IT?)[- ]/,
  NO: /^(NO?)[- ]/,
};

export type PostcodeReason = 'not_a_postcode' | 'postcode_not_of_country';

export const COUNTRY_CODES: readonly string[] = [...NAMES.keys()];

/** True for an alpha-2 code in capitals. */
export function isCountry(code: unknown): code is string {
  return typeof code === 'string' && NAMES.has(code);
}

/** Alpha-2 code of "DE", "de", "Germany", "uk" or "United Kingdom"; null when it is no country. */
export function countryOf(text: unknown): string | null {
  if (typeof text !== 'string' || text.length > COUNTRY_TEXT_MAX) return null;
  const trimmed = text.trim();
  if (NAMES.has(trimmed.toUpperCase())) return trimmed.toUpperCase();
  const name = trimmed
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replaceAll('&', 'and');
  return CODES.get(name) ?? null;
}

/** Lower-case English name of a code, in the spelling partners receive: GB is "uk". */
export function countryName(code: string): string | null {
  return NAMES.get(code) ?? null;
}

/** An example to show beside a refusal, when the country's form is known. */
export function postcodeExample(country: string): string | null {
  return Object.hasOwn(POSTCODES, country) ? POSTCODES[country]!.example : null;
}

/**
 * A postcode in its country's own writing ("sw1a1aa" becomes "SW1A 1AA"). Countries without a rule here
 * accept 2 to 10 letters and digits with single blanks or dashes.
 */
export function normalisePostcode(
  text: unknown,
  country: string,
): { ok: true; postcode: string } | { ok: false; reason: PostcodeReason } {
  if (typeof text !== 'string' || text.length > POSTCODE_MAX * 2)
    return { ok: false, reason: 'not_a_postcode' };
  const upper = text.trim().toUpperCase();
  if (!Object.hasOwn(POSTCODES, country)) {
    const general = /^[A-Z0-9]([ -]?[A-Z0-9]){1,9}$/.test(upper);
    return general ? { ok: true, postcode: upper } : { ok: false, reason: 'not_a_postcode' };
  }
  const rule = POSTCODES[country]!;
  const prefix = Object.hasOwn(PREFIXES, country) ? PREFIXES[country]! : /^$/;
  const bare = upper.replace(prefix, '').replace(/[ -]/g, '');
  if (!rule.pattern.test(bare)) return { ok: false, reason: 'postcode_not_of_country' };
  return { ok: true, postcode: rule.format?.(bare) ?? bare };
}
