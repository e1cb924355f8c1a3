import { quoted } from '../../src/model/errors.js';
import { createFrame, type Frame, type InfoValue, type Labels, virialOf } from '../../src/model/frame.js';
import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';
import { BOHR, RYDBERG } from '../../src/model/units.js';
import type { StructureFormat } from '../format.js';
import { realOf, type TextReader, words } from '../io/text.js';
import { elementOfLabel, touchingNumbers } from '../labels.js';
import { siteColumns } from './columns.js';

/**
 * What pw.x prints: every ionic step of scf, relax, vc-relax and md runs, several runs in one file too. A last
 * geometry that pw.x moved to but did not compute comes without labels. Where smearing is on, the `!` energy is
 * F = E - TS: `energy` and `freeEnergy` are F, `smearing_contribution` (-TS, eV) is in the info. A step that did not
 * converge has no `energy`: the info says `scf_converged` = false and `unconverged_energy`.
 */
export const qeOutput: StructureFormat = {
  name: 'qe-out',
  title: 'Quantum ESPRESSO pw.x output',
  manyFrames: true,
  recognises: (filename, head) => /\.pwo$/i.test(filename) || /^\s*Program PWSCF/m.test(head),
  read: (text) => readOutput(text),
};

async function* readOutput(text: TextReader): AsyncGenerator<Frame> {
  let run: PwRun | null = null;
  let errorText = '';
  for (let line = await text.next(); line !== null; line = await text.next()) {
    if (line.includes('Program PWSCF')) {
      if (run) yield* finish(run, errorText, text);
      run = new PwRun(text);
    } else if (line.includes('Error in routine')) {
      const reason = words((await text.next()) ?? '').join(' ');
      errorText = `${words(line).join(' ')} ${reason}`;
    } else if (run) {
      const done = await run.take(line);
      if (done) yield done;
    }
  }
  if (!run) text.fail('no run of pw.x', "'Program PWSCF' of a pw.x output", { line: text.line || 1 });
  yield* finish(run, errorText, text);
}

/** The last step of a run that ended well; a run that did not has said all it can, and fails here. */
function* finish(run: PwRun, errorText: string, text: TextReader): Generator<Frame> {
  if (!run.jobDone)
    text.fail(
      errorText ? `the end of the run after ${quoted(errorText, 200)}` : 'the end of the run',
      "'JOB DONE.', which ends a pw.x output",
      { hint: 'the run was cut off; the steps before its last are whole' },
    );
  const last = run.current();
  if (!last) text.fail('a run without a structure', 'the cell and the positions of the atoms');
  yield last;
}

interface Species {
  labels: string[];
  masses: Map<string, number>;
}

/** The state of one run: its species, its newest structure, and what has been said of that. */
class PwRun {
  jobDone = false;
  private alat = 0; // A
  private count = 0;
  private cell: Float64Array | null = null;
  private species: Species = { labels: [], masses: new Map() };
  private structure: Structure | null = null;
  private labels: Labels = {};
  private info = new Map<string, InfoValue>();
  private computed = false;
  private lastEnergy = Number.NaN; // eV, of the last scf iteration
  private magnetic: number[] | null = null;
  private siteLabels: string[] = [];
  private free: Int32Array | null = null;
  private inFinal = false;
  /** A, how far printed repeats of the newest structure may be from it. */
  private resolution = 0;

  constructor(private readonly text: TextReader) {}

  /** Takes one line, with those that belong to it; hands back a step that the line shows to be complete. */
  async take(line: string): Promise<Frame | null> {
    if (line.startsWith('!')) this.takeEnergy(line);
    else if (line.startsWith('ATOMIC_POSITIONS')) return this.takePositions(line);
    else if (line.startsWith('CELL_PARAMETERS')) await this.takeCell(line);
    else if (/^ +(A )?final scf calculation at the relaxed structure/i.test(line)) return this.repeat();
    else if (line.startsWith('     ')) await this.takeIndented(line);
    else if (line.includes('JOB DONE.')) this.jobDone = true;
    else if (line.startsWith('Begin final coordinates')) this.inFinal = true;
    else if (line.startsWith('End final coordinates')) this.inFinal = false;
    return null;
  }

  /** The structure at hand with its labels, or null where there is none yet. */
  current(): Frame | null {
    const { structure } = this;
    if (!structure) return null;
    return createFrame(structure, {
      labels: this.labels,
      info: this.info,
      columns: siteColumns(this.siteLabels, symbolsOf(structure), this.free),
    });
  }

  private async takeIndented(line: string): Promise<void> {
    const { text } = this;
    if (line.startsWith('     total energy ')) {
      this.lastEnergy = this.energyOf(line);
    } else if (line.startsWith('     celldm(1)=')) {
      if (!this.structure) this.alat = realOf(words(line.replace(/=/g, ' '))[1], 'celldm(1)', text) * BOHR;
    } else if (line.startsWith('     number of atoms/cell')) {
      const count = Number(line.split('=')[1]);
      if (!Number.isInteger(count) || count < 1) text.fail(quoted(line), 'the number of atoms');
      this.count = count;
    } else if (line.startsWith('     crystal axes:')) {
      const axes = await this.triples(3, 'a lattice vector', (row) => /=\s*\(([^)]*)\)/.exec(row)?.[1]);
      if (!this.structure) this.cell = axes.map((x) => x * this.knownAlat());
    } else if (line.startsWith('     atomic species ')) {
      await this.takeSpecies();
    } else if (/^\s+site n\. .*(alat|a_0) units/.test(line)) {
      await this.takeSites();
    } else if (line.startsWith('     Forces acting on atoms')) {
      await this.takeForces();
    } else if (/^\s+total\s+stress\s+\(Ry/.test(line)) {
      await this.takeStress();
    } else if (line.startsWith('     smearing contrib. (-TS)')) {
      if (this.labels.energy !== undefined) {
        this.labels.freeEnergy = this.labels.energy;
        this.info.set('smearing_contribution', { kind: 'R', value: this.energyOf(line) });
      }
    } else if (line.startsWith('     total magnetization ')) {
      const values = touchingNumbers(line.split('=')[1]?.split('Bohr')[0] ?? '', 1);
      if (values) this.info.set('total_magnetization', { kind: 'R', value: values[0] });
    } else if (line.startsWith('     Magnetic moment per site')) {
      this.magnetic = [];
    } else if (this.magnetic && /^\s+atom:?\s+\d+\s.*charge[:=].*magn[:=]/.test(line)) {
      this.takeMoment(line);
    } else if (line.includes('convergence NOT achieved')) {
      this.computed = true;
      delete this.labels.energy;
      this.info.set('scf_converged', { kind: 'L', value: false });
      if (Number.isFinite(this.lastEnergy))
        this.info.set('unconverged_energy', { kind: 'R', value: this.lastEnergy });
    }
  }

  /** eV, of a line `... = NUMBER Ry`. */
  private energyOf(line: string): number {
    const match = /=\s*(\S+)\s*Ry/.exec(line);
    return realOf(match?.[1], 'an energy in Ry', this.text) * RYDBERG;
  }

  private takeEnergy(line: string): void {
    if (!/^!+ +total energy/.test(line)) return;
    this.needStructure();
    this.labels.energy = this.energyOf(line);
    this.computed = true;
    if (this.magnetic?.length === this.count) this.labels.magneticMoments = Float64Array.from(this.magnetic);
    this.magnetic = null;
  }

  private takeMoment(line: string): void {
    const value = /magn[:=]\s*(\S+)/.exec(line)?.[1];
    this.magnetic!.push(realOf(value, 'the magnetic moment of an atom', this.text));
  }

  private async takeSpecies(): Promise<void> {
    const species: Species = { labels: [], masses: new Map() };
    for (;;) {
      const row = await this.text.expectLine('a species, its valence and its mass');
      const [label, , mass] = words(row);
      if (label === undefined) break;
      species.labels.push(label);
      species.masses.set(label, realOf(mass, 'the mass of a species', this.text));
    }
    this.species = species;
  }

  /** The initial positions; the same table is printed again, with fewer digits than it has, after a vc-relax. */
  private async takeSites(): Promise<void> {
    const labels: string[] = [];
    const tau = await this.triples(this.knownCount(), 'an atom', (row) => {
      const match = /^\s*\d+\s+(\S+)\s+tau\(\s*[\d*]+\s*\)\s*=\s*\(([^)]*)\)/.exec(row);
      labels.push(match?.[1] ?? '');
      return match?.[2];
    });
    if (this.structure) return;
    this.begin(
      labels,
      tau.map((x) => x * this.knownAlat()),
    );
    this.resolution = 6e-7 * this.alat; // 6 decimals of the cell, 7 of the positions
  }

  private async takeCell(line: string): Promise<void> {
    const unit = /\(\s*(\w+)(?:\s*=\s*([^)\s]+))?\s*\)/.exec(line);
    const scales = new Map([
      ['alat', unit?.[2] ? realOf(unit[2], 'alat', this.text) * BOHR : this.alat],
      ['bohr', BOHR],
      ['angstrom', 1],
    ]);
    const scale = scales.get(unit?.[1] ?? '');
    if (!scale) this.text.fail(quoted(line), 'CELL_PARAMETERS in alat, bohr or angstrom');
    if (unit?.[1] === 'alat') this.alat = scale;
    this.cell = (await this.triples(3, 'a lattice vector', (row) => row)).map((x) => x * scale);
  }

  private async takePositions(line: string): Promise<Frame | null> {
    const unit = /\(\s*(\w+)/.exec(line)?.[1] ?? '';
    const labels: string[] = [];
    const free: number[] = [];
    const rows = await this.triples(this.knownCount(), 'an atom', (row) => {
      const parts = words(row);
      labels.push(parts[0] ?? '');
      // pw.x writes if_pos behind the atoms that are held.
      free.push(...[4, 5, 6].map((k) => (parts[k] === '0' ? 0 : 1)));
      return parts.slice(1, 4).join(' ');
    });
    if (free.includes(0)) this.free = Int32Array.from(free);
    const cell = this.needCell();
    let positions: Float64Array;
    if (unit === 'crystal') {
      positions = rows.map((_, i) => {
        const [k, c] = [i - (i % 3), i % 3];
        return rows[k] * cell[c] + rows[k + 1] * cell[3 + c] + rows[k + 2] * cell[6 + c];
      });
    } else {
      const scales = new Map([
        ['alat', this.alat],
        ['bohr', BOHR],
        ['angstrom', 1],
      ]);
      const scale = scales.get(unit);
      if (!scale) this.text.fail(quoted(line), 'ATOMIC_POSITIONS in alat, bohr, angstrom or crystal');
      positions = rows.map((x) => x * scale);
    }
    if (this.inFinal && this.isNewest(positions, cell)) return null;
    const done = this.computed ? this.current() : null;
    this.begin(labels, positions);
    return done;
  }

  /** 'Begin final coordinates' repeats the structure that was computed last, unless the run went on from it. */
  private isNewest(positions: Float64Array, cell: Float64Array): boolean {
    const { structure, resolution } = this;
    const close = (a: Float64Array, b: Float64Array) => a.every((x, i) => Math.abs(x - b[i]) <= resolution);
    return structure !== null && close(structure.positions, positions) && close(structure.cell, cell);
  }

  /** After a vc-relax the final structure is computed anew, with the plane waves of its own cell: one more step. */
  private repeat(): Frame | null {
    const done = this.computed ? this.current() : null;
    if (done) this.begin(this.siteLabels, done.structure.positions);
    return done;
  }

  private begin(labels: string[], positions: Float64Array): void {
    const known = this.species.masses;
    const unknown = labels.find((label) => !known.has(label));
    if (unknown !== undefined)
      this.text.fail(quoted(unknown), `one of the species ${[...known.keys()].join(', ') || 'of the run'}`);
    const cell = this.needCell();
    this.structure = createStructure({
      positions,
      cell,
      symbols: labels.map(elementOfLabel),
      masses: Float64Array.from(labels, (label) => known.get(label)!),
      periodic: [true, true, true],
    });
    this.siteLabels = labels;
    this.resolution = 0;
    this.labels = {};
    this.info = new Map();
    this.computed = false;
    this.lastEnergy = Number.NaN;
    this.magnetic = null;
  }

  private async takeForces(): Promise<void> {
    const structure = this.needStructure();
    const forces = new Float64Array(3 * structure.count);
    for (let i = 0; i < structure.count; ) {
      const row = await this.text.expectLine('the force on an atom');
      if (row.trim() === '') continue;
      const values = touchingNumbers(/force =(.*)$/.exec(row)?.[1] ?? '', 3);
      if (!values) this.text.fail(quoted(row), `the force on atom ${i + 1} in Ry/bohr`);
      for (let c = 0; c < 3; c++) forces[3 * i + c] = values[c] * (RYDBERG / BOHR);
      i++;
    }
    this.labels.forces = forces;
  }

  /** Ry/bohr^3 in the first three columns, positive when compressed: minus the stress of our convention. */
  private async takeStress(): Promise<void> {
    const structure = this.needStructure();
    const rows = await this.rowsOf(3, 6, 'stress in Ry/bohr^3 and in kbar');
    const stress = rows.flatMap((row) => row.slice(0, 3)).map((s) => -s * (RYDBERG / BOHR ** 3));
    this.labels.virial = virialOf(stress, structure.cell);
  }

  private async rowsOf(count: number, width: number, what: string): Promise<number[][]> {
    const rows: number[][] = [];
    for (let k = 0; k < count; k++) {
      const line = await this.text.expectLine(what);
      const values = touchingNumbers(line, width);
      if (!values) this.text.fail(quoted(line), `${width} numbers, ${what}`);
      rows.push(values);
    }
    return rows;
  }

  /** [3 count] from the next lines, each cut to its three numbers by `part`. */
  private async triples(
    count: number,
    what: string,
    part: (row: string) => string | undefined,
  ): Promise<Float64Array> {
    const out: number[] = []; // grows with the file, not with what it claims
    for (let i = 0; i < count; i++) {
      const row = await this.text.expectLine(`three coordinates of ${what}`);
      const values = touchingNumbers(part(row) ?? '', 3);
      if (!values) this.text.fail(quoted(row), `three coordinates of ${what}`);
      out.push(...values);
    }
    return Float64Array.from(out);
  }

  private knownAlat(): number {
    if (!(this.alat > 0)) this.text.fail('a length in units of alat', 'a positive celldm(1) before it');
    return this.alat;
  }

  private knownCount(): number {
    if (this.count === 0) this.text.fail('positions', "'number of atoms/cell' before them");
    return this.count;
  }

  private needCell(): Float64Array {
    return this.cell ?? this.text.fail('positions', "'crystal axes' before them");
  }

  private needStructure(): Structure {
    return this.structure ?? this.text.fail('a result', 'the positions of the atoms before it');
  }
}
