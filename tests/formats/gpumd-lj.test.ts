import { describe, expect, it } from 'vitest';
import { GPUMD_LJ } from '../../formats/gpumd-lj.js';
import { TextReader } from '../../formats/io/text.js';
import { POTENTIAL_FORMATS, readPotential } from '../../formats/potentials.js';
import { createLennardJones } from '../../src/potentials/lj/potential.js';
import { fuzzPotential } from '../helpers/fuzz.js';

const TWO = `lj 2 Ar Kr
0.0104 3.4 8.5
0.012 3.5 8
0.012 3.5 8
0.0141 3.65 9.125
`;

const read = (content: string) => readPotential(GPUMD_LJ, new TextReader(content, 'lj.txt'));

async function written(potential: Parameters<NonNullable<typeof GPUMD_LJ.write>>[0]): Promise<string> {
  let out = '';
  for await (const piece of GPUMD_LJ.write?.(potential) ?? []) out += piece;
  return out;
}

describe('the lj file of GPUMD', () => {
  it('is recognised, read and written as it was', async () => {
    expect(POTENTIAL_FORMATS.find((format) => format.recognises('x.txt', TWO))).toBe(GPUMD_LJ);
    const potential = await read(TWO);
    expect(potential.species).toEqual(['Ar', 'Kr']);
    expect(potential.cutoff).toBe(9.125);
    expect(potential.parameters.pairs[3]).toEqual({ epsilon: 0.0141, sigma: 3.65, cutoff: 9.125 });
    expect(await written(potential)).toBe(TWO);
  });

  it.each([
    ['lj 1 Ar Kr\n', 'lj.txt:1: found 2 symbols, expected 1, one for each species'],
    ['lj 0\n', 'lj.txt:1: found 0 species'],
    ['lj 2 Ar Ar\n', "found 'Ar' twice"],
    ['lj x Ar\n', "lj.txt:1: found 'x', expected a whole number for the number of species"],
    ['lj 1 Ar\n1 2\n', "lj.txt:2: found '1 2', expected 3 numbers for epsilon, sigma, cutoff of Ar-Ar"],
    ['lj 1 Ar\n1 b 3\n', "lj.txt:2: found 'b'"],
    ['lj 1 Ar\n', 'lj.txt:2: found the end of the file'],
    ['lj 1 Ar\n1 2 3\n4\n', "lj.txt:3: found '4', expected the end of the file"],
    ['lj 1 Ar\n1 2 -3\n', 'sigma 2 A and cutoff -3 A'],
    ['lj 1 Ar\n1 2 0\n', 'every Lennard-Jones cutoff is 0'],
    [TWO.replace('0.012 3.5', '0.013 3.5'), 'the Lennard-Jones pairs Ar-Kr and Kr-Ar differ'],
  ])('refuses %j', async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it('cannot say that the energy is shifted', async () => {
    const pairs = [{ epsilon: 1, sigma: 1, cutoff: 3 }];
    const shifted = createLennardJones({ species: ['Ar'], pairs, shift: true });
    await expect(written(shifted)).rejects.toThrow('shifted');
  });

  it('ends in a potential or one FormatError, however it is damaged', async () => {
    const outcome = await fuzzPotential(GPUMD_LJ, Buffer.from(TWO));
    expect(outcome.refused).toBeGreaterThan(100);
  });
});
