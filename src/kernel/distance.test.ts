import { describe, expect, test } from 'vitest';
import { distanceKm, placeCodes } from './distance.ts';

const berlin = { lat: 52.52, lon: 13.405 };

describe('the distance between two places', () => {
  test.each([
    ['Berlin and Hamburg', berlin, { lat: 53.5511, lon: 9.9937 }, 255],
    ['Berlin and Munich', berlin, { lat: 48.1351, lon: 11.582 }, 504],
    ['London and New York', { lat: 51.5074, lon: -0.1278 }, { lat: 40.7128, lon: -74.006 }, 5_570],
    ['Sydney and Santiago, over the date line', { lat: -33.8688, lon: 151.2093 }, { lat: -33.4489, lon: -70.6693 }, 11_340],
  ])('%s is known to half a percent', (_, a, b, km) => {
    expect(Math.abs(distanceKm(a, b) / km - 1)).toBeLessThan(0.005);
    expect(distanceKm(b, a)).toBeCloseTo(distanceKm(a, b), 9);
  }); // biome-ignore format: one pair a line

  test('is zero at the same place and half the earth at the opposite one', () => {
    expect(distanceKm(berlin, berlin)).toBe(0);
    expect(distanceKm({ lat: 0, lon: 0 }, { lat: 0, lon: 180 })).toBeCloseTo(20_015.1, 0);
  });
});

test('a postcode is looked up whole, then by the first part that lists of places hold', () => {
  expect(placeCodes('GB', 'SW1A1AA')).toEqual(['SW1A1AA', 'SW1A']);
  expect(placeCodes('NL', '1012AB')).toEqual(['1012AB', '1012']);
  expect(placeCodes('DE', '10115')).toEqual(['10115']);
});
