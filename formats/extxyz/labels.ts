import { volume } from '../../src/model/cell.js';
import { fromVoigt, type InfoValue, type Labels, virialOf } from '../../src/model/frame.js';
import type { ReadOptions } from '../format.js';
import { FRAME_NAMES } from './names.js';

type FrameRole = keyof typeof FRAME_NAMES;

/** How many numbers each is of. */
const SIZES: Readonly<Record<FrameRole, readonly number[]>> = {
  energy: [1],
  freeEnergy: [1],
  virial: [9, 6],
  stress: [9, 6],
  dipole: [3],
  polarizability: [9],
};

/** Whether a name can mean nothing else than a label, so that another value under it is refused. */
const isStrict = (role: FrameRole, rank: number) => rank === 0 && role !== 'polarizability';

/** Whether a value would be refused on reading, because its key is the name of a label that it cannot be. */
export function isRefused(key: string, value: InfoValue): boolean {
  const roles = Object.keys(FRAME_NAMES) as FrameRole[];
  const role = roles.find((one) => isStrict(one, 0) && FRAME_NAMES[one][0] === key.toLowerCase());
  const numbers = numbersOf(value);
  return role !== undefined && !(numbers && SIZES[role].includes(numbers.length));
}

/** Says that a value is not what its key stands for; ends the reading. */
export type Refuse = (key: string, expected: string) => never;

/** The numbers of a value, row-major; undefined where it holds none. */
export function numbersOf(value: InfoValue): ArrayLike<number> | undefined {
  if (value.kind !== 'R' && value.kind !== 'I') return undefined;
  return 'shape' in value ? value.value : [value.value];
}

/**
 * Takes the labels out of a frame's values: what is understood leaves `info`, all else stays. A stress beside a
 * virial leaves too where it says the same to the precision that files have.
 */
export function takeLabels(
  info: Map<string, InfoValue>,
  cell: Float64Array | undefined,
  names: NonNullable<ReadOptions['labels']>,
  refuse: Refuse,
): Labels {
  const labels: Labels = {};
  const take = (role: FrameRole): ArrayLike<number> | undefined => {
    const sizes = SIZES[role];
    const configured = role in names ? names[role as keyof typeof names] : undefined;
    const candidates = configured === undefined ? FRAME_NAMES[role] : [configured];
    for (const [rank, name] of candidates.entries()) {
      const key = info.has(name)
        ? name
        : [...info.keys()].find((k) => k.toLowerCase() === name.toLowerCase());
      if (key === undefined) continue;
      const numbers = numbersOf(info.get(key)!);
      if (numbers && sizes.includes(numbers.length)) {
        info.delete(key);
        return numbers;
      }
      // A name that can mean nothing else must be right; the others may be something else.
      if (configured !== undefined || isStrict(role, rank))
        refuse(key, sizes[0] === 1 ? 'a number' : `${sizes.join(' or ')} numbers`);
    }
    return undefined;
  };

  const energy = take('energy');
  if (energy) labels.energy = energy[0];
  const freeEnergy = take('freeEnergy');
  if (freeEnergy) labels.freeEnergy = freeEnergy[0];
  const dipole = take('dipole');
  if (dipole) labels.dipole = Float64Array.from(dipole);
  const polarizability = take('polarizability');
  if (polarizability) labels.polarizability = Float64Array.from(polarizability);
  // Where only the stress is named, a virial is not to be guessed.
  const guess = names.virial !== undefined || names.stress === undefined;
  const virial = guess ? take('virial') : undefined;
  if (virial) labels.virial = tensor(virial);
  takeStress(info, cell, labels, take);
  return labels;
}

/** Six numbers are in Voigt's order xx yy zz yz xz xy. */
function tensor(numbers: ArrayLike<number>): Float64Array {
  return numbers.length === 6 ? fromVoigt(numbers) : Float64Array.from(numbers);
}

function takeStress(
  info: Map<string, InfoValue>,
  cell: Float64Array | undefined,
  labels: Labels,
  take: (role: FrameRole) => ArrayLike<number> | undefined,
): void {
  // Without a volume a stress is no virial: it stays a value.
  if (!cell || !(volume(cell) > 0)) return;
  const before = new Map(info);
  const stress = take('stress');
  if (!stress) return;
  const virial = virialOf(tensor(stress), cell);
  if (!labels.virial) {
    labels.virial = virial;
    return;
  }
  // What rounding to eight decimals of eV/A^3 and five digits of the virial may differ by.
  const largest = labels.virial.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  const tolerance = 1e-5 * largest + 1e-8 * volume(cell);
  if (labels.virial.some((w, k) => Math.abs(w - virial[k]) > tolerance)) {
    info.clear();
    for (const [key, value] of before) info.set(key, value);
  }
}
