import { expect, test } from 'vitest';
import { isTouched, topicsOf } from './live.ts';

test.each([
  ['["leads","wallets:7"]', ['leads', 'wallets:7']],
  ['{"topics":["leads"]}', ['leads']],
  ['{"topics":[1,"leads"]}', ['leads']],
  ['null', []],
  ['not json', []],
])('the notice %s names the topics %j', (text, topics) => {
  expect(topicsOf(text)).toEqual(topics);
});

test.each([
  [['leads', { state: 'unsold' }], 'leads', true],
  [['leads', { state: 'unsold' }], 'lead:a', false],
  [['lead', 'a', 'timeline'], 'lead:a', true],
  [['lead', 'b'], 'lead:a', false],
  [['provider', 'p'], 'provider:p', true],
  [['mine', 'leads'], 'provider:p', true],
  [['providers'], 'leads', false],
  [['providers'], '*', true],
])('the query %j and the topic %s: fetched again = %s', (key, topic, touched) => {
  expect(isTouched(key, topic)).toBe(touched);
});
