import type {
  AtomDisplacement,
  DisplacementSet,
  SnapshotDisplacement,
} from '../../src/model/displacements.js';
import type { Yaml } from '../io/yaml-value.js';
import { atomNumber } from './cell.js';
import type { UnitFactors } from './units.js';

/**
 * Displacements of single atoms ("type 1"): a list of `atom`, `displacement` and, where they are known, `forces` and
 * `supercell_energy`.
 * @param count atoms of the supercell
 */
export function readAtomDisplacements(yaml: Yaml, count: number, factors: UnitFactors): DisplacementSet {
  const entries = yaml.list('displacements').map((entry) => readAtomDisplacement(entry, count, factors));
  return { kind: 'atoms', count, entries };
}

export function readAtomDisplacement(entry: Yaml, count: number, factors: UnitFactors): AtomDisplacement {
  const forces = entry.find('forces');
  const energy = entry.find('supercell_energy');
  return {
    atom: atomNumber(entry.get('atom'), count),
    displacement: scaled(entry.get('displacement').vector(3, 'a displacement'), factors.length),
    ...(forces && { forces: scaled(allAtoms(forces, count, 'forces'), factors.force) }),
    ...(energy && { energy: energy.real('an energy') * factors.energy }),
  };
}

/** Displacements of all atoms at once ("type 2"), as phonopy 2.24 and later write them. */
export function readSnapshots(yaml: Yaml, count: number, factors: UnitFactors): DisplacementSet {
  const displacements = yaml.get('displacements').list('displaced supercells');
  const matching = (name: string) => {
    const found = yaml.find(name);
    const items = found?.list(name);
    if (items && items.length !== displacements.length)
      found?.fail(
        `${items.length} of ${name}`,
        `one for each of ${displacements.length} displaced supercells`,
      );
    return items;
  };
  const forces = matching('forces');
  const energies = matching('supercell_energies');
  const entries = displacements.map((item, i) => ({
    displacements: scaled(allAtoms(item, count, 'displacements'), factors.length),
    ...(forces && { forces: scaled(allAtoms(forces[i], count, 'forces'), factors.force) }),
    ...(energies && { energy: energies[i].real('an energy') * factors.energy }),
  }));
  return { kind: 'snapshots', count, entries };
}

/** The same as phonopy before 2.24 wrote them: a list for each supercell of `displacement` and `force` by atom. */
export function readOldSnapshots(yaml: Yaml, count: number, factors: UnitFactors): DisplacementSet {
  const entries = yaml.list('displaced supercells').map((item): SnapshotDisplacement => {
    const atoms = item.list('displaced atoms');
    if (atoms.length !== count) item.fail(`displacements of ${atoms.length} atoms`, `those of ${count}`);
    const displacements = new Float64Array(3 * count);
    const forces = atoms[0]?.find('force') ? new Float64Array(3 * count) : undefined;
    atoms.forEach((atom, i) => {
      displacements.set(atom.get('displacement').vector(3, 'a displacement'), 3 * i);
      forces?.set(atom.get('force').vector(3, 'a force'), 3 * i);
    });
    return {
      displacements: scaled(displacements, factors.length),
      ...(forces && { forces: scaled(forces, factors.force) }),
    };
  });
  return { kind: 'snapshots', count, entries };
}

function allAtoms(yaml: Yaml, count: number, what: string): Float64Array {
  const values = yaml.rows(3, what);
  if (values.length !== 3 * count) yaml.fail(`${what} of ${values.length / 3} atoms`, `those of ${count}`);
  return values;
}

function scaled(values: Float64Array, factor: number): Float64Array {
  return factor === 1 ? values : values.map((x) => x * factor);
}
