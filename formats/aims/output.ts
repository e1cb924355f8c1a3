import { quoted } from '../../src/model/errors.js';
import { createFrame, type Frame, type InfoValue, type Labels, virialOf } from '../../src/model/frame.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { PICOSECOND } from '../../src/model/units.js';
import type { StructureFormat } from '../format.js';
import { integerOf, parseReal, realOf, type TextReader, words } from '../io/text.js';
import { elementOfLabel } from '../labels.js';

/**
 * What FHI-aims prints (eV, A): every structure of a single point, a relaxation or a molecular dynamics run. `energy`
 * is the uncorrected total energy, or the one corrected to zero electronic temperature where the run says that a
 * periodic system is metallic; the other one is in the info. `freeEnergy` is the electronic free energy, whose
 * gradient the forces are.
 */
export const aimsOutput: StructureFormat = {
  name: 'aims-out',
  title: 'FHI-aims output',
  manyFrames: true,
  recognises: (filename, head) => /^\s*Invoking FHI-aims/m.test(head) || /^aims.*\.out$/i.test(filename),
  read: (text) => readOutput(text),
};

async function* readOutput(text: TextReader): AsyncGenerator<Frame> {
  const run = new AimsRun(text);
  for (let line = await text.next(); line !== null; line = await text.next()) {
    const done = await run.take(line);
    if (done) yield done;
  }
  if (!run.ended)
    text.fail('the end of the run', "'Have a nice day.', which ends an FHI-aims output", {
      line: text.line || 1,
      hint: 'the run was cut off or stopped; the steps before its last are whole',
    });
  const last = run.current();
  if (last) yield last;
  else if (!run.yielded) text.fail('a run without a structure', 'the input geometry');
}

interface Printed {
  structure: Structure;
  labels: string[];
  /** [3n] A/fs */
  velocities?: Float64Array;
}

class AimsRun {
  ended = false;
  yielded = false;
  private count = 0;
  private printed: Printed | null = null;
  private computed = false;
  private labels: Labels = {};
  private stress: number[] | null = null;
  private info = new Map<string, InfoValue>();
  private energies: { uncorrected?: number; corrected?: number } = {};
  private metallic = false;
  private moved = false;

  constructor(private readonly text: TextReader) {}

  async take(line: string): Promise<Frame | null> {
    const { text } = this;
    const said = line.trimStart();
    if (said.startsWith('| Number of atoms ')) {
      this.count = integerOf(words(line.split(':')[1] ?? '')[0], 'the number of atoms', text);
    } else if (said.startsWith('Input geometry:')) {
      this.printed = await this.inputGeometry();
    } else if (said.startsWith('Updated atomic structure:')) {
      return this.moveTo(await this.printedStructure());
    } else if (
      /^Atomic structure (\(and velocities\) as|that was) used in the preceding time step/.test(said)
    ) {
      return this.tell(await this.printedStructure());
    } else if (/^\| Total energy (un)?corrected +:/.test(said)) {
      this.begin();
      const which = said.includes('uncorrected') ? 'uncorrected' : 'corrected';
      this.energies[which] = this.energyOf(line);
    } else if (said.startsWith('| Electronic free energy  ')) {
      this.labels.freeEnergy = this.energyOf(line);
    } else if (said.startsWith('Total atomic forces (unitary forces')) {
      await this.takeForces();
    } else if (/\|\s*(Analytical stress tensor - Symmetrized|Numerical stress tensor)\s*\|/.test(said)) {
      await this.takeStress();
    } else if (said.startsWith('- Per atom stress (eV) used for heat flux')) {
      await this.takeAtomicStress();
    } else if (said.includes('material is metallic within the approximate finite broadening')) {
      this.metallic = true;
    } else if (/SELF-CONSISTENCY CYCLE DID NOT CONVERGE/i.test(said)) {
      this.begin();
      this.info.set('scf_converged', { kind: 'L', value: false });
    } else if (said.startsWith('Have a nice day.')) {
      this.ended = true;
    }
    return null;
  }

  /** The structure at hand with what was said of it; null where there is none that was not handed out. */
  current(): Frame | null {
    const { printed, labels, energies, info } = this;
    if (!printed || this.moved) return null;
    const periodic = printed.structure.periodic.every(Boolean);
    const chosen = periodic && this.metallic ? 'corrected' : 'uncorrected';
    const other = chosen === 'corrected' ? 'uncorrected' : 'corrected';
    const energy = energies[chosen];
    if (energy !== undefined) {
      if (info.has('scf_converged')) info.set('unconverged_energy', { kind: 'R', value: energy });
      else labels.energy = energy;
    }
    if (info.has('scf_converged')) delete labels.freeEnergy;
    if (energies[chosen] !== undefined && energies[other] !== undefined)
      info.set(`total_energy_${other}`, { kind: 'R', value: energies[other] });
    if (this.stress && periodic) labels.virial = virialOf(this.stress, printed.structure.cell);
    this.yielded = true;
    return createFrame(printed.structure, {
      labels,
      info,
      velocities: printed.velocities,
      columns: printed.labels.some((label) => elementOfLabel(label) !== label)
        ? new Map([['label', { kind: 'S', width: 1, data: printed.labels }]])
        : undefined,
    });
  }

  /** A relaxation goes on to a new structure: the one before is complete. */
  private moveTo(next: Printed): Frame | null {
    const done = this.computed ? this.current() : null;
    this.reset();
    this.printed = next;
    this.moved = false;
    return done;
  }

  /** Molecular dynamics tells which structure (and velocities) the results belong to, behind them. */
  private tell(used: Printed): Frame | null {
    this.printed = used;
    this.moved = false;
    const done = this.computed ? this.current() : null;
    this.reset();
    this.moved = done !== null;
    return done;
  }

  private begin(): void {
    this.computed = true;
  }

  private reset(): void {
    this.computed = false;
    this.labels = {};
    this.stress = null;
    this.info = new Map();
    this.energies = {};
    this.metallic = false;
  }

  private energyOf(line: string): number {
    return realOf(/:\s*(\S+) +eV/.exec(line)?.[1], 'an energy in eV', this.text);
  }

  private async inputGeometry(): Promise<Printed> {
    const { text } = this;
    const cell: number[] = [];
    let line = await text.expectLine('the unit cell or No unit cell requested');
    if (line.includes('Unit cell:')) {
      for (let k = 0; k < 3; k++)
        cell.push(...(await this.row('a lattice vector', (parts) => parts.slice(1, 4))));
      line = await text.expectLine('| Atomic structure:');
    } else if (/No unit cell/.test(line)) {
      line = await text.expectLine('| Atomic structure:');
    }
    if (!line.includes('Atomic structure:')) text.fail(quoted(line), '| Atomic structure:');
    await text.expectLine('the heading of the atoms');
    const labels: string[] = [];
    const positions: number[] = [];
    for (let i = 0; i < this.knownCount(); i++) {
      positions.push(
        ...(await this.row('an atom', (parts) => {
          // | 1: Species Si x y z
          labels.push(parts[3] ?? '');
          return parts[2] === 'Species' ? parts.slice(4, 7) : [];
        })),
      );
    }
    return this.print(labels, positions, cell, []);
  }

  /** lattice_vector, atom and velocity lines up to a line of another kind behind the last atom. */
  private async printedStructure(): Promise<Printed> {
    const { text } = this;
    const cell: number[] = [];
    const labels: string[] = [];
    const positions: number[] = [];
    const velocities: number[] = [];
    const count = this.knownCount();
    for (;;) {
      const ahead = await text.peek();
      if (ahead === null) break;
      const [keyword] = words(ahead);
      if (labels.length === count && keyword !== 'velocity') break;
      await text.next();
      const parts = words(ahead);
      const three = (what: string) => [1, 2, 3].map((c) => realOf(parts[c], what, text));
      if (keyword === 'lattice_vector') cell.push(...three('a lattice vector'));
      else if (keyword === 'velocity') velocities.push(...three('a velocity'));
      else if (keyword === 'atom') {
        positions.push(...three('an atom'));
        labels.push(parts[4] ?? text.fail(quoted(ahead), 'a species behind the coordinates'));
      } else if (labels.length > 0 && keyword !== undefined) {
        text.fail(quoted(ahead), `${count} atoms, of which ${labels.length} came`);
      }
    }
    if (labels.length !== count) text.fail(`${labels.length} atoms`, `${count} atoms`);
    return this.print(labels, positions, cell, velocities);
  }

  private print(labels: string[], positions: number[], cell: number[], velocities: number[]): Printed {
    const { text } = this;
    if (cell.length !== 9 && cell.length !== 0)
      text.fail(`${cell.length / 3} lattice vectors`, 'three lattice vectors or none');
    if (velocities.length !== 0 && velocities.length !== positions.length)
      text.fail(`${velocities.length / 3} velocities`, `${labels.length}, one for each atom`);
    const empty = labels.indexOf('');
    if (empty >= 0) text.fail(`atom ${empty + 1} without a species`, 'a species for each atom');
    const fixedCell = this.printed?.structure.cell ?? new Float64Array(9);
    return {
      structure: createStructure({
        positions: Float64Array.from(positions),
        symbols: labels.map(elementOfLabel),
        cell: cell.length === 9 ? cell : fixedCell,
      }),
      labels,
      velocities: velocities.length > 0 ? Float64Array.from(velocities, (v) => v / PICOSECOND) : undefined,
    };
  }

  private async takeForces(): Promise<void> {
    const forces: number[] = [];
    for (let i = 0; i < this.knownCount(); i++)
      forces.push(...(await this.row('the force on an atom', (parts) => parts.slice(-3))));
    this.labels.forces = Float64Array.from(forces);
  }

  /** eV/A^3, positive when stretched; three rows behind a frame of four lines. */
  private async takeStress(): Promise<void> {
    const { text } = this;
    const stress: number[] = [];
    for (let skipped = 0; stress.length < 9; skipped++) {
      const parts = words(await text.expectLine('the stress tensor'));
      if (parts[0] === '|' && parts[1] === 'xyz'[stress.length / 3] && parts.length === 6) {
        stress.push(...parts.slice(2, 5).map((part) => realOf(part, 'the stress tensor', text)));
      } else if (skipped > 10) text.fail(quoted(parts.join(' ')), 'the rows x, y and z of the stress tensor');
    }
    this.stress = stress;
  }

  /** eV: the stress of each atom, xx yy zz xy xz yz, is minus its virial. */
  private async takeAtomicStress(): Promise<void> {
    const { text } = this;
    const virials: number[] = [];
    await text.expectLine('the heading of the stress of each atom');
    await text.expectLine('a rule');
    for (let i = 0; i < this.knownCount(); i++) {
      const parts = words(await text.expectLine('the stress of an atom'));
      const [xx, yy, zz, xy, xz, yz] = [2, 3, 4, 5, 6, 7].map(
        (k) => -realOf(parts[k], 'the stress of an atom', text),
      );
      virials.push(xx, xy, xz, xy, yy, yz, xz, yz, zz);
    }
    this.labels.virials = Float64Array.from(virials);
  }

  private async row(what: string, part: (parts: string[]) => string[]): Promise<number[]> {
    const line = await this.text.expectLine(`three numbers for ${what}`);
    const values = part(words(line)).map(parseReal);
    if (values.length !== 3 || values.some(Number.isNaN))
      this.text.fail(quoted(line), `three numbers for ${what}`);
    return values;
  }

  private knownCount(): number {
    if (!(this.count > 0)) this.text.fail('atoms', "'| Number of atoms' before them");
    return this.count;
  }
}
