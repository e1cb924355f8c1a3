import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runPhonopy } from '../../compat/commands/phonopy.js';
import { withoutData } from '../helpers/shared-data.js';
import { python } from './peers.js';
import { type Case, hasOld, session, split, twins } from './phonopy-twins.js';

const NACL = {
  'phonopy/NaCl/POSCAR': 'POSCAR',
  'phonopy/NaCl/FORCE_SETS': 'FORCE_SETS',
  'phonopy/NaCl/BORN': 'BORN',
};
const ZOO = { 'phonopy/zoo/POSCAR_P-3m1': 'POSCAR', 'phonopy/zoo/FORCE_SETS_P-3m1': 'FORCE_SETS' };
/** Without inversion: no two atoms move as far as each other. */
const POLAR = { 'phonopy/zoo/POSCAR_P4mm': 'POSCAR', 'phonopy/zoo/FORCE_SETS_P4mm': 'FORCE_SETS' };
const QE = { 'formats/qe/NaCl.in': 'NaCl.in', 'phonopy/NaCl/FORCE_SETS': 'FORCE_SETS' };
const DISPLACED = 'phonopy-init -d --dim 3 3 2';
const BANDS = '--band "0.1 0 0 1/2 0.1 0.2, 0 0.1 0 0.1 0 1/2" --band-points 5 --band-labels A B C D';
const anime = (kind: string) => `ANIME_TYPE = ${kind}\nANIME = 13 2.5 6\n`;

/** Of a cell of its own, in which no two components are as large. */
const SINGLE = 'modulations of one cell';

const CASES: readonly Case[] = [
  session(
    4,
    'q points with matrices',
    ZOO,
    DISPLACED,
    'phonopy --qpoints 0.1 0.2 0.3 1/2 0 0 --writedm --gv',
  ),
  session(4, 'q points with eigenvectors', ZOO, DISPLACED, 'phonopy --qpoints 0.1 0.2 0.3 --eigvecs'),
  {
    ...session(
      4,
      'q points of QPOINTS',
      NACL,
      'phonopy-init -d --dim 2 2 2',
      'phonopy --read-qpoints --writedm',
    ),
    settings: { QPOINTS: '3\n0.1 0.2 0.3\n1/2 0 1/3\n0 0 0\n' },
  },
  session(
    4,
    'Gamma along a direction',
    NACL,
    'phonopy-init -d --dim 2 2 2',
    'phonopy --qpoints 0 0 0 --q-direction 1 1 0 --writedm',
  ),
  session(
    4,
    'q points of pw.x',
    QE,
    'phonopy-init --qe -d --dim 2 2 2 -c NaCl.in',
    'phonopy --qpoints 0.1 0.2 0.3 --writedm --gv',
  ),
  session(4, 'all in HDF5', ZOO, DISPLACED, `phonopy ${BANDS} --mesh 2 2 2 --hdf5 --eigvecs --gv`),
  session(
    4,
    'q points in HDF5',
    ZOO,
    DISPLACED,
    'phonopy --qpoints 0.1 0.2 0.3 --hdf5 --eigvecs --gv --writedm',
  ),
  session(
    4,
    'formats',
    ZOO,
    DISPLACED,
    `phonopy ${BANDS} --mesh 2 2 2 --band-format hdf5 --mesh-format yaml`,
    'phonopy --mesh 2 2 2 --mesh-format hdf5',
    'phonopy --qpoints 0.1 0.2 0.3 --qpoints-format hdf5',
  ),
  session(
    4,
    'bands of pw.x in HDF5',
    QE,
    'phonopy-init --qe -d --dim 2 2 2 -c NaCl.in',
    `phonopy ${BANDS} --band-format hdf5 --gv`,
  ),
  session(
    4,
    SINGLE,
    POLAR,
    DISPLACED,
    'phonopy --modulation "1 1 1, 0.1 0.2 0.3 3 2.5 30, 0.13 0.07 0.21 7 1.5"',
  ),
  session(
    4,
    'modulations in a skewed supercell',
    POLAR,
    DISPLACED,
    'phonopy --modulation "1 1 0 -1 1 0 0 0 2, 0.1 0.2 0.3 1 4"',
  ),
  session(
    4,
    'a modulation of equal modes told apart',
    NACL,
    'phonopy-init -d --dim 2 2 2',
    'phonopy --modulation "2 2 2 1 0.3 0.2, 0.25 0 0 1 3" --nonac',
  ),
  session(
    4,
    'modulations of pw.x',
    QE,
    'phonopy-init --qe -d --dim 2 2 2 -c NaCl.in',
    'phonopy --modulation "2 1 1, 0.1 0.2 0.3 1 3 10"',
  ),
  session(4, 'motion for v_sim', ZOO, DISPLACED, 'phonopy --anime 0.1 0.2 0.3 4'),
  ...['arc', 'xyz', 'jmol', 'poscar'].map((kind) => ({
    ...session(4, `motion for ${kind}`, ZOO, DISPLACED, 'phonopy --config anime.conf'),
    settings: { 'anime.conf': anime(kind) },
  })),
  session(
    4,
    'displacements for crystallographers',
    ZOO,
    DISPLACED,
    'phonopy --mesh 3 3 2 --tdm-cif 300 --fmin 0.1',
  ),
  session(
    2,
    'q points and modulations',
    NACL,
    'phonopy -d --dim="2 2 2" --pa auto',
    'phonopy --dim="2 2 2" --pa auto --nac --qpoints="0.1 0.2 0.3 0.5 0 0" --writedm',
    'phonopy --dim="2 2 2" --pa auto --modulation="2 1 1, 0.1 0.2 0.3 3 2.5 30"',
  ),
];

/** Numbers and words of a text, without what eigenvectors decide that are free to turn, and who wrote it. */
function wordsOf(name: string, text: string): string[] {
  const free = /generated|Phonopy|phonolink/;
  // Eigenvectors stand in brackets alone, with fourteen decimals.
  const vectors = /^\s+- \[ *-?\d\.\d{14}, *-?\d\.\d{14} \]/;
  const lines = text.split('\n').filter((line) => !free.test(line) && !vectors.test(line));
  const isMotion = (line: string) =>
    (name === 'anime.ascii' && line.startsWith('#;')) || /# \d+ [a-z]( |$)/.test(line);
  return lines
    .filter((line) => !isMotion(line))
    .join(' ')
    .replace(/[[\],;]/g, ' ')
    .split(/\s+/)
    .filter(Boolean);
}

function expectSameText(name: string, ours: string, theirs: string): void {
  const [a, b] = [wordsOf(name, ours), wordsOf(name, theirs)];
  expect({ name, words: a.length }).toEqual({ name, words: b.length });
  // What is displaced comes of eigenvectors, frequencies of phonopy's own constants: the goal is 1e-6.
  const differing = a.flatMap((word, k) => {
    const apart = Math.abs(Number(word) - Number(b[k]));
    const isWrapped = /POSCAR|unitcell/.test(name) && Math.abs(apart - 1) < 1e-9;
    return word === b[k] || apart <= 1e-6 + 2e-8 * Math.abs(Number(b[k])) || isWrapped
      ? []
      : [`${k}: ${word} for ${b[k]}`];
  });
  expect({ name, differing: differing.slice(0, 10) }).toEqual({ name, differing: [] });
}

/** Of each row of numbers how far it is from the first image's: signs of eigenvectors are free. */
function motionOf(name: string, text: string): number[] {
  const lines = text.split('\n');
  if (name === 'anime.ascii') {
    // Lengths of complex components.
    return lines
      .filter((line) => line.startsWith('#;'))
      .flatMap((line) => {
        const numbers = line.slice(2, -1).split(';').map(Number);
        return [0, 1, 2].map((k) => Math.hypot(numbers[k], numbers[k + 3]));
      });
  }
  if (name === 'anime.xyz_jmol') {
    // Those of modes that no other is equal to.
    const frames = lines.flatMap((line, k) => {
      const frequency = / f (-?[\d.]+)/.exec(line)?.[1];
      return frequency === undefined
        ? []
        : [{ frequency: Number(frequency), rows: lines.slice(k + 1, k + 6) }];
    });
    const single = frames.filter(
      (frame) => frames.filter((other) => Math.abs(other.frequency - frame.frequency) < 0.01).length === 1,
    );
    return single.flatMap(({ rows }) =>
      rows.flatMap((row) => row.trim().split(/\s+/).slice(4, 7).map(Number).map(Math.abs)),
    );
  }
  const rows = lines
    .filter((line) => /^[A-Z][a-z]? +-?\d+\.\d{9}/.test(line))
    .map((line) => line.trim().split(/\s+/).slice(1, 4).map(Number));
  return rows.flatMap((row, k) => row.map((x, c) => Math.abs(x - rows[k % 5][c])));
}

/** [modes][..][2] the complex displacements of modulation.yaml. */
function displacementsOf(text: string): number[][] {
  return text
    .split(/^- q-position/m)
    .map((part) =>
      part
        .split('\n')
        .filter((line) => /# \d+ [xyz] \(/.test(line))
        .flatMap((line) =>
          line
            .match(/\[ *(\S+), *(\S+) *\]/)!
            .slice(1, 3)
            .map(Number),
        ),
    )
    .filter((mode) => mode.length > 0);
}

/** |<a|b>|, and the norms of both: the same but for a common phase where all are equal. */
function overlaps(a: readonly number[], b: readonly number[]): [number, number, number] {
  let [re, im, aa, bb] = [0, 0, 0, 0];
  for (let k = 0; k < a.length; k += 2) {
    re += a[k] * b[k] + a[k + 1] * b[k + 1];
    im += a[k] * b[k + 1] - a[k + 1] * b[k];
    aa += a[k] ** 2 + a[k + 1] ** 2;
    bb += b[k] ** 2 + b[k + 1] ** 2;
  }
  return [Math.hypot(re, im), aa, bb];
}

function expectSameDisplacements(ours: string, theirs: string): void {
  const [a, b] = [displacementsOf(ours), displacementsOf(theirs)];
  expect(a.length).toBeGreaterThan(0);
  expect(a.map(({ length }) => length)).toEqual(b.map(({ length }) => length));
  for (const [k, mode] of a.entries()) {
    const [overlap, aa, bb] = overlaps(mode, b[k]);
    expect([overlap / bb, aa / bb].every((x) => Math.abs(x - 1) < 1e-6)).toBe(true);
  }
}

const HDF5 = `
import json, sys
import h5py
import numpy as np
differing = []
ours, theirs = (h5py.File(path) for path in sys.argv[1:3])
names = set(theirs) - ({"label"} if theirs.get("label", np.zeros(1)).shape == (0,) else set())
if names - set(ours):
    differing.append("absent: " + " ".join(sorted(names - set(ours))))
for name in sorted(names & set(ours)):
    a, b = ours[name], theirs[name]
    if a.shape != b.shape:
        differing.append(f"{name}: {a.shape} for {b.shape}")
        continue
    a, b = a[()], b[()]
    if np.asarray(b).dtype.kind in "OS":
        same = np.array_equal(np.array(a, dtype="S"), np.array(b, dtype="S"))
    elif name == "eigenvector":
        # Columns; each is free to turn. No two modes at these points are equal.
        same = a.dtype == b.dtype and np.allclose(abs(np.sum(a.conj() * b, axis=-2)), 1, atol=1e-6)
    else:
        same = a.dtype.kind == b.dtype.kind and np.allclose(a, b, rtol=2e-8, atol=2e-6)
    if not same:
        differing.append(f"{name} {a.dtype} {b.dtype}")
print(json.dumps(differing))
`;

describe.skipIf(withoutData).each(CASES.filter(({ version }) => version !== 2 || hasOld))(
  'phonopy $version: $name',
  (one) => {
    it('leaves the same files', { timeout: 120_000 }, async () => {
      const { theirs, ours } = await twins(one);
      expect(readdirSync(ours).sort()).toEqual(readdirSync(theirs).sort());
      const names = readdirSync(theirs).filter(
        (name) => !/^phonopy.*yaml$|^FORCE_SETS$|^S?POSCAR|^supercell|conf$|^BORN$|in$|^mesh.yaml/.test(name),
      );
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) {
        const [a, b] = [join(ours, name), join(theirs, name)];
        if (name.endsWith('hdf5')) {
          expect({ name, differing: python<string[]>(HDF5, a, b) }).toEqual({ name, differing: [] });
          continue;
        }
        const [text, other] = [readFileSync(a, 'utf8'), readFileSync(b, 'utf8')];
        // Copies of an atom move as far as each other: which of them has the phase is a matter of rounding. And a mode
        // may stand for its negative, half a period on.
        const isTurned = /^MPOSCAR(-\d+)?$/.test(name) && one.name !== SINGLE;
        if (isTurned || name.startsWith('APOSCAR')) {
          expect(wordsOf(name, text).length).toBe(wordsOf(name, other).length);
          continue;
        }
        if (name === 'modulation.yaml') expectSameDisplacements(text, other);
        if (!name.startsWith('anime.')) {
          expectSameText(name, text, other);
          continue;
        }
        if (name === 'anime.ascii') expectSameText(name, text, other);
        const [moved, wanted] = [motionOf(name, text), motionOf(name, other)];
        expect(moved.length).toBe(wanted.length);
        expect(moved.length).toBeGreaterThan(0);
        expect(Math.max(...moved.map((x, k) => Math.abs(x - wanted[k])))).toBeLessThan(2e-6);
      }
    });
  },
);

describe.skipIf(withoutData)('--moment beside phonopy 4', () => {
  it('prints the same table', { timeout: 60_000 }, async () => {
    const { theirs, ours } = await twins(session(4, 'moments', ZOO, DISPLACED));
    const words = split('--mesh 3 3 2 --moment --fmin 0.5 --fmax 6');
    let printed = '';
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      printed += chunk;
      return true;
    });
    await runPhonopy(words, { folder: ours });
    write.mockRestore();
    const table = (text: string) => text.split('\n').filter((line) => /^ +\d \|/.test(line));
    const answer = python<{ text: string }>(
      'import json, subprocess, sys\n' +
        'run = subprocess.run(sys.argv[2:], cwd=sys.argv[1], capture_output=True, text=True)\n' +
        'print(json.dumps({"text": run.stdout}))',
      theirs,
      join(process.env.PEERS_PYTHON ?? '.peers/bin/python', '..', 'phonopy'),
      ...words,
    );
    expect(table(printed)).toHaveLength(3);
    expect(table(printed)).toEqual(table(answer.text));
  });
});
