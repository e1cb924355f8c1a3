import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StructureFormat } from '../../formats/format.js';
import { TextReader } from '../../formats/io/text.js';
import { readFrames } from '../../formats/read.js';
import { outcar } from '../../formats/vasp/outcar.js';
import { poscar } from '../../formats/vasp/poscar.js';
import { vasprun } from '../../formats/vasp/vasprun.js';
import { xdatcar } from '../../formats/vasp/xdatcar.js';
import { uniform } from '../../src/math/random.js';
import { FormatError } from '../../src/model/errors.js';
import type { Frame } from '../../src/model/frame.js';
import { readAll } from '../helpers/formats.js';
import { fuzzReader } from '../helpers/fuzz.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { vasprunHead, vasprunStep } from '../helpers/vasp-files.js';

const CONTCAR = `relaxed
 1.0
 5.6029196758839159 -0.0603693499677626 0.1110429263825206
 -1.0E-14 5.3747130151091689 0.0034014855406440
 0.0 0.0 5.4692974031883859
 Si_pv/1f2e O
 2 1
Selective dynamics
Direct
 0.6539918994283490 0.8969172295968553 0.0676681342693018 T T F
 -0.2312437400904284 0.5904002014657854 0.3939526918410268 F F F
 0.5 0.5 0.5 T T T
Lattice velocities and vectors
           1
  0.11376865E-02 -0.20054010E-02  0.10745440E-02
 -0.80980926E-03 -0.54988058E-03 -0.11593411E-02
  0.40755213E-03 -0.91838934E-03  0.10978311E-02
  0.56062799E+01 -0.68862342E-01  0.11555075E+00
 -0.98606785E-14  0.53730639E+01 -0.27835157E-02
  0.64062547E-14 -0.12698742E-13  0.54725901E+01

 -0.26486997E-01  0.15289665E-01 -0.24183306E-01
 -0.21835373E-01 -0.48466524E-02  0.34963571E-02
 -0.36389021E-02 -0.28571877E-02 -0.18926241E-02

           1
   3.00000000000000
  0.10000000E+01  0.00000000E+00  0.00000000E+00  0.00000000E+00
`;

const SHAPE = { atoms: 4, cycles: 2, bands: 3, kpoints: 1, dos: 4 };
const VASPRUN = `${vasprunHead(SHAPE)}${vasprunStep(SHAPE, 1)}${vasprunStep(SHAPE, 2)}</modeling>\n`;

/** Files of the references that are short enough to be damaged often; long ones less often. */
const FILES: [string, StructureFormat, number][] = [
  ['POSCAR_NaCl', poscar, 400],
  ['POSCAR_selective_cartesian', poscar, 400],
  ['POSCAR_vasp4', poscar, 400],
  ['POSCAR_Al2O3', poscar, 300],
  ['XDATCAR_spectrum', xdatcar, 200],
  ['vasprun_Si.xml', vasprun, 200],
  ['OUTCAR_Cu_single-point', outcar, 40],
  ['OUTCAR_diamond_relax', outcar, 40],
];

describe('damaged files of our own', () => {
  it.each([
    ['CONTCAR', poscar, CONTCAR],
    ['vasprun.xml', vasprun, VASPRUN],
  ])('%s', async (_, format, text) => {
    const outcome = await fuzzReader(format, Buffer.from(text), { flips: 1000 });
    expect(outcome.read + outcome.refused).toBeGreaterThan(1000);
    expect(outcome.refused).toBeGreaterThan(100);
  });
});

describe.skipIf(withoutData)('damaged files of the references', () => {
  it.each(FILES)('%s', async (name, format, flips) => {
    const bytes = readFileSync(join(DATA, 'formats/vasp', name));
    const outcome = await fuzzReader(format, bytes, { flips });
    expect(outcome.read + outcome.refused).toBeGreaterThan(flips);
    expect(outcome.refused).toBeGreaterThan(5);
  });
});

describe('a trajectory that was cut off gives the first of its frames as they are', () => {
  async function expectPrefixes(format: StructureFormat, text: string, cuts: number): Promise<void> {
    const whole = await readAll(format, text);
    expect(whole.length).toBeGreaterThan(1);
    const next = uniform(11);
    for (let i = 0; i < cuts; i++) {
      const cut = text.slice(0, Math.floor(next() * text.length));
      const frames: Frame[] = [];
      let refused = false;
      try {
        for await (const frame of readFrames(format, new TextReader(cut, 'test'))) frames.push(frame);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        refused = true;
      }
      expect(frames).toEqual(whole.slice(0, frames.length));
      expect(refused || frames.length > 0).toBe(true);
    }
  }

  it('vasprun.xml, which always says that it was cut', async () => {
    await expectPrefixes(vasprun, VASPRUN, 400);
  });

  it.skipIf(withoutData)('XDATCAR', async () => {
    const path = join(DATA, 'formats/vasp/XDATCAR_spectrum');
    await expectPrefixes(xdatcar, existsSync(path) ? readFileSync(path, 'latin1') : '', 400);
  });

  it.skipIf(withoutData)('OUTCAR', async () => {
    const path = join(DATA, 'formats/vasp/OUTCAR_diamond_relax');
    await expectPrefixes(outcar, existsSync(path) ? readFileSync(path, 'latin1') : '', 100);
  });
});
