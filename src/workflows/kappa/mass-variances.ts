import { UsageError } from '../../model/errors.js';
import { massVariance } from '../../model/isotopes.js';
import { type Structure, symbolsOf } from '../../model/structure.js';
import type { ScatteringPlan } from './plan.js';

/**
 * Of the primitive cell's atoms.
 * @throws UsageError where so many were not given
 * @throws PhonolinkError where an element's isotopes are not known
 */
export function massVariances(
  primitive: Structure,
  isotope: NonNullable<ScatteringPlan['isotope']>,
): readonly number[] {
  if (isotope === 'natural') return symbolsOf(primitive).map((symbol) => massVariance(symbol));
  if (isotope.length === primitive.count) return isotope;
  throw new UsageError(
    `${isotope.length} variances of masses, expected one for each of ${primitive.count} atoms of the primitive cell`,
  );
}
