import { PhonolinkError } from '../../src/model/errors.js';
import type { Column, Frame } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';

/** The atom types of one or more frames: a type is a species and, where a species has several, a mass. */
export class TypeNumbers {
  /** By type, from 1; entry 0 is empty. A type that no atom has is undefined. */
  readonly types: ({ symbol: string; mass: number } | undefined)[] = [undefined];
  private readonly fixed: readonly string[] | undefined;

  /** @param species the symbols of the first types in order, where the user told */
  constructor(species?: readonly string[]) {
    this.fixed = species;
  }

  /**
   * The type of each atom of a frame, [n]: its column `type` where every type there has one species and one mass,
   * else numbered by species (and mass) in order of appearance.
   * @throws PhonolinkError where an atom's species is not among those that the user told
   */
  of({ structure, columns }: Frame): Int32Array {
    const { species, kinds, masses, count } = structure;
    if (this.fixed) {
      const other = kinds.find((kind) => !this.fixed!.includes(species[kind]));
      if (other !== undefined) {
        throw new PhonolinkError(
          `${species[other]} occurs, but the species were told to be ${this.fixed.join(',')}`,
          {
            hint: 'name every species with --species, or leave it out',
          },
        );
      }
    }
    const own = columns.get('type');
    if (!this.fixed && own && this.takes(structure, own)) return own.data as Int32Array;
    // A species for each type first: files then agree on numbers although one of them lacks a species.
    const massOf = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const symbol = species[kinds[i]];
      if (!massOf.has(symbol)) massOf.set(symbol, masses[i]);
    }
    for (const symbol of this.fixed ?? species) {
      const mass = massOf.get(symbol);
      const known = this.types.findIndex((type) => type?.symbol === symbol);
      if (known < 0) this.types.push({ symbol, mass: mass ?? Number.NaN });
      else if (Number.isNaN(this.types[known]!.mass) && mass !== undefined) this.types[known]!.mass = mass;
    }
    const numbers = new Map<string, number>();
    return Int32Array.from(kinds, (kind, i) => {
      const key = `${species[kind]} ${masses[i]}`;
      let number = numbers.get(key);
      if (number === undefined) {
        number = this.numberOf(species[kind], masses[i]);
        numbers.set(key, number);
      }
      return number;
    });
  }

  private numberOf(symbol: string, mass: number): number {
    const known = this.types.findIndex((type) => type?.symbol === symbol && type.mass === mass);
    return known > 0 ? known : this.types.push({ symbol, mass }) - 1;
  }

  /** Takes the frame's own types over, unless they contradict its species, its masses or earlier frames. */
  private takes({ species, kinds, masses }: Structure, column: Column): boolean {
    if (column.kind !== 'I' || column.width !== 1) return false;
    const types = [...this.types];
    for (let i = 0; i < column.data.length; i++) {
      const type = column.data[i];
      if (!(type >= 1 && type <= 65535)) return false;
      types[type] ??= { symbol: species[kinds[i]], mass: masses[i] };
      if (types[type].symbol !== species[kinds[i]] || types[type].mass !== masses[i]) return false;
    }
    this.types.splice(0, this.types.length, ...Array.from(types));
    return true;
  }
}
