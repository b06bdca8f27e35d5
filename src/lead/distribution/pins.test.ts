import { describe, expect, it } from 'vitest';
import { openPacker, openUnpacker } from './packed.ts';
import { asPinned, packPins, placeHash, placeOf, roundPlace, unpackPins } from './pins.ts';

const salt = Buffer.alloc(16, 7);
const berlin = roundPlace({ lat: 52.532_004_9, lon: -13.385_005_1 });

describe('the place of a lead', () => {
  it('is rounded to about a metre, and the rounded one is what is reckoned with', () => {
    expect(berlin).toEqual({ lat: 5_253_200, lon: -1_338_501 });
    expect(placeOf(berlin)).toEqual({ lat: 52.532, lon: -13.38501 });
    expect(roundPlace(placeOf(berlin))).toEqual(berlin);
  });

  it('has another hash as soon as it moves by a metre or the salt is another one', () => {
    const hash = placeHash(berlin, salt).toString('hex');
    expect(hash).toHaveLength(16);
    expect(placeHash({ ...berlin, lat: berlin.lat + 1 }, salt).toString('hex')).not.toBe(hash);
    expect(placeHash({ ...berlin, lon: berlin.lon - 1 }, salt).toString('hex')).not.toBe(hash);
    expect(placeHash(berlin, Buffer.alloc(16, 8)).toString('hex')).not.toBe(hash);
    expect(placeHash(roundPlace({ lat: -90, lon: 180 }), salt).toString('hex')).toHaveLength(16);
  });
});

describe('what a record pins', () => {
  const pack = (asksCountry: boolean, asksPlace: boolean, country: string | null, hash: Buffer | null) => {
    const out = openPacker();
    packPins(out, { asksCountry, asksPlace }, { country, placeHash: hash });
    return out.packed();
  };

  it('is read back as it was written, for every country there could be', () => {
    const hash = placeHash(berlin, salt);
    for (let first = 65; first <= 90; first += 1)
      for (let second = 65; second <= 90; second += 1) {
        const country = String.fromCharCode(first, second);
        expect(unpackPins(openUnpacker(pack(true, true, country, hash)))).toEqual({
          country,
          place: hash.toString('hex'),
        });
      }
    expect(unpackPins(openUnpacker(pack(true, false, null, hash)))).toEqual({ country: null });
    expect(unpackPins(openUnpacker(pack(false, true, 'DE', null)))).toEqual({ place: null });
  });

  it('is refused when it names no country there could be', () => {
    const out = openPacker();
    out.count((2 + 26 * 26) * 4);
    expect(() => unpackPins(openUnpacker(out.packed()))).toThrow('is not known');
  });

  it('goes before what is known today; what it does not pin is taken from today', () => {
    const now = { country: 'DE', place: { lat: 1, lon: 2 } };
    expect(asPinned(null, now)).toEqual(now);
    expect(asPinned({}, now)).toEqual(now);
    expect(asPinned({ country: null, place: null }, now)).toEqual({ country: null, place: undefined });
    expect(asPinned({ country: 'AT', place: 'ff' }, now)).toEqual({ country: 'AT', place: now.place });
  });
});
