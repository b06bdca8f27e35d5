import { PURPOSES, SERVER_LOCATIONS, SERVICES } from './demo-plan.ts';

/** Made-up people: nobody behind the names, numbers of the mobile networks, addresses that no mail can reach. */
export type Person = Record<string, string | number | boolean>;

const FIRST_NAMES = [
  'Anna',
  'Ben',
  'Clara',
  'David',
  'Elif',
  'Felix',
  'Greta',
  'Hugo',
  'Ida',
  'Jonas',
  'Klara',
  'Liam',
];
const LAST_NAMES = [
  'Becker',
  'de Vries',
  'Fischer',
  'Huber',
  'Jansen',
  'Keller',
  'Lindner',
  'Moser',
  'Novak',
  'Okafor',
];
const POSTCODES = ['10115', '10437', '12047', '20095', '20144', '22765', '50667', '60311', '80331', '04109'];
/** Country, and the beginning and length of its mobile numbers. */
const MOBILE = [
  { country: 'DE', prefix: '+49151', digits: 8 },
  { country: 'AT', prefix: '+43664', digits: 7 },
  { country: 'NL', prefix: '+3162', digits: 7 },
  { country: 'DE', prefix: '+49171', digits: 7 },
];

/** Once in so many, somebody from a country that no provider serves: the lead stays unsold until its time is up. */
const FAR_EVERY = 30;
const FAR = { country: 'SE', prefix: '+4670', digits: 7 };

/** The same `run` and `number` give the same person. */
export function personOf(run: string, number: number, niche: string): Person {
  const first = pick(FIRST_NAMES, number);
  const last = pick(LAST_NAMES, number, 3);
  const home = niche === 'home-services';
  const near = home ? MOBILE[0]! : pick(MOBILE, number, 5);
  const mobile = number % FAR_EVERY === 2 ? FAR : near;
  const start = Number.parseInt(run, 36) % 1_000_000;
  const subscriber = String(1_111_111 + ((start + number * 7) % 8_000_000)).padStart(mobile.digits, '2');
  const person = {
    name: `${first} ${last}`,
    email: `${first}.${last.replaceAll(' ', '')}.${run}${number}@people.example`.toLowerCase(),
    phone: `${mobile.prefix}${subscriber}`,
    country: mobile.country,
  };
  return { ...person, ...(home ? homeWish(number) : serverWish(number)) };
}

function serverWish(number: number): Person {
  return {
    budget: 10 + ((number * 13) % 150),
    location: pick(SERVER_LOCATIONS, number, 7),
    purpose: pick(PURPOSES, number, 11),
    cpu: 2 ** ((number * 3) % 5),
    ram: 2 ** (1 + ((number * 5) % 6)),
    storage: 20 * (1 + ((number * 7) % 40)),
    bandwidth: 1 + ((number * 11) % 20),
    management: number % 3 === 0,
  };
}

function homeWish(number: number): Person {
  return {
    postcode: pick(POSTCODES, number, 3),
    service: pick(SERVICES, number, 7),
    urgent: number % 5 === 0,
    budget: 100 + ((number * 97) % 4_000),
    notes: 'Please call in the afternoon.',
  };
}

/** A different step per list, so that the combinations vary; steps share no divisor with the lengths. */
const pick = <T>(list: readonly T[], number: number, step = 1): T =>
  list[Math.floor(number / 2 + (number * step) / 3) % list.length]!;
