import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA, withoutData } from './shared-data.js';

/** What ASE reads of a file of the reference data (formats/expected_ase.json there). */
export interface AseReading {
  /** 'ASE 3.22.1 vasp-out', ... */
  reader: string;
  num_frames: number;
  last_frame: {
    natoms: number;
    /** Absent where the file names none */
    symbols: string[] | null;
    cell_A: number[][];
    pbc: boolean[];
    positions_first3: number[][];
    positions_sum: number[];
    velocities_first3_A_per_fs?: number[][];
    selective?: boolean[][];
    energy_eV?: number;
    forces_first3_eV_A?: number[][];
    max_force?: number;
    stress_voigt_eV_A3?: number[];
  };
}

/** All of them, by the places of the files below formats/: 'vasp/POSCAR_Si'. None without the reference data. */
export function aseReadings(): Map<string, AseReading> {
  if (withoutData) return new Map();
  const all = JSON.parse(readFileSync(join(DATA, 'formats/expected_ase.json'), 'utf8')) as Record<
    string,
    AseReading
  >;
  return new Map(Object.entries(all).map(([file, reading]) => [file.replace(/^formats\//, ''), reading]));
}

/** That of one file. */
export function aseReading(file: string): AseReading {
  const reading = aseReadings().get(file);
  if (!reading) throw new Error(`the reference data do not say what ASE reads of ${file}`);
  return reading;
}
