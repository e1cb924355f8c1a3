import type { AceBond, AceInner } from './parameters.js';
import { fall } from './smooth-step.js';

/** eV A, e^2 / (4 pi eps0) as pacemaker has it */
const COULOMB = 14.399645351950543;
/** The universal screening function (Ziegler, Biersack and Littmark, 1985). */
const WEIGHTS = [0.18175, 0.50986, 0.28022, 0.02817];
const DECAYS = [-3.1998, -0.94229, -0.4029, -0.20162];

/**
 * Core repulsion of a pair, eV, and its slope, eV/A: |p| exp(-|lambda| r^2) / r with a cosine cutoff, or half the ZBL
 * repulsion of two nuclei (Bochkarev et al., Phys. Rev. Mater. 6, 013804, 2022).
 * @param nuclei atomic numbers, which ZBL alone needs
 */
export function coreRepulsion(
  bond: AceBond,
  inner: AceInner,
  nuclei: readonly [number, number],
  r: number,
): { value: number; slope: number } {
  if (r >= bond.cutoff) return { value: 0, slope: 0 };
  if (inner === 'zbl') return zbl(bond, nuclei, r);
  const core = gaussian(bond, r);
  if (inner !== 'distance') return core;
  return times(core, fall(r, bond.innerCutoff, bond.innerWidth));
}

/** Distances (A) where the core repulsion or one of its derivatives jumps. */
export function coreBreaks(bond: AceBond, inner: AceInner): number[] {
  if (inner === 'zbl') return [bond.cutoff - bond.cutoffWidth];
  const end = Math.sqrt(MOST_EXPONENT / Math.abs(bond.coreExponent));
  return inner === 'distance' ? [end, bond.innerCutoff - bond.innerWidth, bond.innerCutoff] : [end];
}

/** LAMMPS ends the core repulsion there; what is left out is below exp(-50). */
const MOST_EXPONENT = 50;

function gaussian({ corePrefactor, coreExponent, cutoff }: AceBond, r: number) {
  const p = Math.abs(corePrefactor);
  const exponent = Math.abs(coreExponent) * r * r;
  if (exponent >= MOST_EXPONENT) return { value: 0, slope: 0 };
  const y = p * Math.exp(-exponent);
  const angle = (Math.PI * r) / cutoff;
  return times(
    { value: y / r, slope: (-y * (2 * exponent + 1)) / (r * r) },
    { value: 0.5 * (1 + Math.cos(angle)), slope: (-0.5 * Math.sin(angle) * Math.PI) / cutoff },
  );
}

/**
 * The ZBL repulsion, shifted by a cubic and a quartic so that it ends smoothly between `cutoff - cutoffWidth` and the
 * cutoff (as LAMMPS's pair style zbl), and faded there once more.
 */
function zbl(
  { cutoff, cutoffWidth: width, corePrefactor }: AceBond,
  [zi, zj]: readonly [number, number],
  r: number,
) {
  const length = 0.4685 / (zi ** 0.23 + zj ** 0.23);
  const energy = screened(r, length);
  const end = screened(cutoff, length);
  const a = (-3 * end.slope + width * end.curvature) / width ** 2;
  const b = (2 * end.slope - width * end.curvature) / width ** 3;
  const c = -end.value + (width / 2) * end.slope - (width ** 2 / 12) * end.curvature;
  const x = Math.max(0, r - (cutoff - width));
  const factor = (corePrefactor * COULOMB * zi * zj) / 2;
  return times(
    {
      value: factor * (energy.value + (a / 3) * x ** 3 + (b / 4) * x ** 4 + c),
      slope: factor * (energy.slope + a * x ** 2 + b * x ** 3),
    },
    fall(r, cutoff, width),
  );
}

/** phi(r / length) / r with its first two derivatives. */
function screened(r: number, length: number) {
  let phi = 0;
  let slope = 0;
  let curvature = 0;
  WEIGHTS.forEach((weight, k) => {
    const rate = DECAYS[k] / length;
    const term = weight * Math.exp(rate * r);
    phi += term;
    slope += rate * term;
    curvature += rate * rate * term;
  });
  return {
    value: phi / r,
    slope: slope / r - phi / r ** 2,
    curvature: curvature / r - (2 * slope) / r ** 2 + (2 * phi) / r ** 3,
  };
}

interface Sample {
  readonly value: number;
  readonly slope: number;
}

function times(f: Sample, g: Sample): Sample {
  return { value: f.value * g.value, slope: f.slope * g.value + f.value * g.slope };
}
