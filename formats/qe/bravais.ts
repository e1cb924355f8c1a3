/**
 * The lattices that pw.x makes from `ibrav` and `celldm(1..6)` (Quantum ESPRESSO, INPUT_PW, variable ibrav).
 * `celldm` is indexed as there, from 1 (entry 0 is unused), but celldm(1), the lattice parameter a, is in A;
 * celldm(2) = b/a, celldm(3) = c/a, celldm(4..6) are cosines.
 */

/** What each ibrav asks of celldm(2..6): `positive` ratios and `cosines`. */
const NEEDS: Record<string, { ratios: number[]; cosines: number[] }> = {
  1: { ratios: [], cosines: [] },
  2: { ratios: [], cosines: [] },
  3: { ratios: [], cosines: [] },
  [-3]: { ratios: [], cosines: [] },
  4: { ratios: [3], cosines: [] },
  5: { ratios: [], cosines: [4] },
  [-5]: { ratios: [], cosines: [4] },
  6: { ratios: [3], cosines: [] },
  7: { ratios: [3], cosines: [] },
  8: { ratios: [2, 3], cosines: [] },
  9: { ratios: [2, 3], cosines: [] },
  [-9]: { ratios: [2, 3], cosines: [] },
  91: { ratios: [2, 3], cosines: [] },
  10: { ratios: [2, 3], cosines: [] },
  11: { ratios: [2, 3], cosines: [] },
  12: { ratios: [2, 3], cosines: [4] },
  [-12]: { ratios: [2, 3], cosines: [5] },
  13: { ratios: [2, 3], cosines: [4] },
  [-13]: { ratios: [2, 3], cosines: [5] },
  14: { ratios: [2, 3], cosines: [4, 5, 6] },
};

/** What is wrong with the parameters of a lattice, in words, or '' where nothing is. */
export function latticeProblem(ibrav: number, celldm: ArrayLike<number>): string {
  const needs = NEEDS[ibrav];
  if (!needs) return `one of the lattices ${Object.keys(NEEDS).join(', ')} or 0 for ibrav`;
  if (!(celldm[1] > 0)) return 'a positive lattice parameter, celldm(1) or A';
  for (const k of needs.ratios)
    if (!(celldm[k] > 0)) return `a positive celldm(${k}) (or ${k === 2 ? 'B' : 'C'}) for ibrav = ${ibrav}`;
  for (const k of needs.cosines)
    if (!(Math.abs(celldm[k]) < 1)) return `a cosine between -1 and 1 as celldm(${k}) for ibrav = ${ibrav}`;
  if (Math.abs(ibrav) === 5 && celldm[4] <= -0.5)
    return `a cosine above -0.5 as celldm(4) for ibrav = ${ibrav}`;
  if (ibrav === 14 && !(triclinicVolume(celldm) > 0)) return 'three angles that can meet in one corner';
  return '';
}

function triclinicVolume(celldm: ArrayLike<number>): number {
  const [bc, ac, ab] = [celldm[4], celldm[5], celldm[6]];
  return 1 + 2 * bc * ac * ab - bc * bc - ac * ac - ab * ab;
}

/** [9] A, rows are the lattice vectors; the parameters must have passed `latticeProblem`. */
export function bravaisCell(ibrav: number, celldm: ArrayLike<number>): Float64Array {
  const a = celldm[1];
  const b = a * celldm[2];
  const c = a * celldm[3];
  const h = a / 2;
  switch (ibrav) {
    case 1:
      return Float64Array.of(a, 0, 0, 0, a, 0, 0, 0, a);
    case 2:
      return Float64Array.of(-h, 0, h, 0, h, h, -h, h, 0);
    case 3:
      return Float64Array.of(h, h, h, -h, h, h, -h, -h, h);
    case -3:
      return Float64Array.of(-h, h, h, h, -h, h, h, h, -h);
    case 4:
      return Float64Array.of(a, 0, 0, -h, h * Math.sqrt(3), 0, 0, 0, c);
    case 5:
    case -5:
      return rhombohedral(a, celldm[4], ibrav === 5);
    case 6:
      return Float64Array.of(a, 0, 0, 0, a, 0, 0, 0, c);
    case 7:
      return Float64Array.of(h, -h, c / 2, h, h, c / 2, -h, -h, c / 2);
    case 8:
      return Float64Array.of(a, 0, 0, 0, b, 0, 0, 0, c);
    case 9:
      return Float64Array.of(h, b / 2, 0, -h, b / 2, 0, 0, 0, c);
    case -9:
      return Float64Array.of(h, -b / 2, 0, h, b / 2, 0, 0, 0, c);
    case 91:
      return Float64Array.of(a, 0, 0, 0, b / 2, -c / 2, 0, b / 2, c / 2);
    case 10:
      return Float64Array.of(h, 0, c / 2, h, b / 2, 0, 0, b / 2, c / 2);
    case 11:
      return Float64Array.of(h, b / 2, c / 2, -h, b / 2, c / 2, -h, -b / 2, c / 2);
    case 12: {
      const [cos, sin] = angle(celldm[4]);
      return Float64Array.of(a, 0, 0, b * cos, b * sin, 0, 0, 0, c);
    }
    case -12: {
      const [cos, sin] = angle(celldm[5]);
      return Float64Array.of(a, 0, 0, 0, b, 0, c * cos, 0, c * sin);
    }
    case 13: {
      const [cos, sin] = angle(celldm[4]);
      return Float64Array.of(h, 0, -c / 2, b * cos, b * sin, 0, h, 0, c / 2);
    }
    case -13: {
      const [cos, sin] = angle(celldm[5]);
      return Float64Array.of(h, b / 2, 0, -h, b / 2, 0, c * cos, 0, c * sin);
    }
    default: {
      // 14, triclinic: a along x, b in the xy plane.
      const [bc, ac] = [celldm[4], celldm[5]];
      const [ab, sin] = angle(celldm[6]);
      const z = Math.sqrt(triclinicVolume(celldm)) / sin;
      return Float64Array.of(a, 0, 0, b * ab, b * sin, 0, c * ac, (c * (bc - ac * ab)) / sin, c * z);
    }
  }
}

function angle(cosine: number): [number, number] {
  return [cosine, Math.sqrt(1 - cosine * cosine)];
}

/** Three vectors of length a at equal angles: the threefold axis along z, or along (1 1 1). */
function rhombohedral(a: number, cosine: number, alongZ: boolean): Float64Array {
  const x = a * Math.sqrt((1 - cosine) / 2);
  const y = a * Math.sqrt((1 - cosine) / 6);
  const z = a * Math.sqrt((1 + 2 * cosine) / 3);
  if (alongZ) return Float64Array.of(x, -y, z, 0, 2 * y, z, -x, -y, z);
  const u = (z - 2 * Math.SQRT2 * y) / Math.sqrt(3);
  const v = (z + Math.SQRT2 * y) / Math.sqrt(3);
  return Float64Array.of(u, v, v, v, u, v, v, v, u);
}
