import { readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addPhonopyGruneisen } from '../../compat/commands/phonopy-gruneisen.js';
import { addPhonopyQha, runPhonopyQha } from '../../compat/commands/phonopy-qha.js';
import { writeThermalProperties } from '../../formats/phonopy/thermal-properties.js';
import { runCommandLine } from '../../src/cli/program.js';
import { thermalProperties } from '../../src/lattice/harmonic/thermal.js';
import { EQUATIONS_OF_STATE } from '../../src/lattice/quasi-harmonic/equation-of-state.js';
import { commandLine } from '../helpers/command-line.js';
import { recipe } from '../helpers/crystals.js';

const line = commandLine();
const VOLUMES = [38, 38.5, 39, 39.5, 40, 40.5, 41];

/** thermal_properties.yaml of two atoms whose frequencies fall as V^-1.5. */
function thermal(volume: number, temperatures: readonly number[] = [0, 100, 200, 300, 400]): string {
  const structure = recipe('bcc');
  const modes = {
    primitive: { ...structure, count: 2, masses: structure.masses },
    mesh: [1, 1, 1] as const,
    points: new Float64Array(3),
    weights: Int32Array.of(1),
    frequencies: Float64Array.of(4, 6, 8, 9, 10, 12).map((f) => f * (39 / volume) ** 1.5),
  };
  return [...writeThermalProperties(thermalProperties(modes, temperatures))].join('');
}

function input(volumes = VOLUMES): string[] {
  writeFileSync(
    line.at('e-v.dat'),
    volumes.map((v) => `${v} ${EQUATIONS_OF_STATE.vinet.at(v, [-9, 0.78, 4, 39])}\n`).join(''),
  );
  return volumes.map((v, k) => {
    writeFileSync(line.at(`thermal_properties.yaml-${k}`), thermal(v));
    return `thermal_properties.yaml-${k}`;
  });
}

const run = (...words: string[]) => runPhonopyQha(words, { folder: line.folder });

describe('phonolink phonopy-qha', () => {
  it("leaves phonopy-qha's files and says what it says", async () => {
    const files = input();
    await run('e-v.dat', ...files);
    expect(
      readdirSync(line.folder)
        .filter((name) => name.endsWith('.dat'))
        .sort(),
    ).toEqual([
      'Cp-temperature.dat',
      'Cp-temperature_polyfit.dat',
      'Cv-volume.dat',
      'bulk_modulus-temperature.dat',
      'dsdv-temperature.dat',
      'e-v.dat',
      'entropy-volume.dat',
      'gibbs-temperature.dat',
      'gruneisen-temperature.dat',
      'helmholtz-volume.dat',
      'helmholtz-volume_fitted.dat',
      'thermal_expansion.dat',
      'volume-temperature.dat',
    ]);
    expect(line.stdout).toContain(
      "# Vinet EOS\n#          T           E_0           B_0          B'_0           V_0\n",
    );
    expect(line.stdout.split('\n').filter((row) => /^ +\d+\.0{6} /.test(row)).length).toBe(5);
    expect(line.text('volume-temperature.dat').trim().split('\n').length).toBe(4);
  });

  it('draws what -p and -s draw, and no more', async () => {
    const files = input();
    const drawn = () => readdirSync(line.folder).filter((name) => name.endsWith('.svg'));
    await run('-p', 'e-v.dat', ...files);
    expect(drawn().sort()).toEqual([
      'helmholtz-volume.svg',
      'thermal_expansion.svg',
      'volume-temperature.svg',
    ]);
    await run('-s', '--sparse', '2', ...['e-v.dat', ...files]);
    expect(drawn().length).toBe(8);
    expect(line.text('helmholtz-volume.svg')).not.toContain('NaN');
    await run('-b', '-p', 'e-v.dat');
    expect(line.stdout).toMatch(
      /Volume: 39\.0000000\nEnergy: -9\.0000000\nBulk modulus: 124\.9698\d{3}\nParameters: -9\.0000000 0\.7800000 4\.0000000 39/,
    );
    expect(drawn()).toContain('bulk_modulus.svg');
  });

  it('tells volumes with imaginary modes, and leaves them out where asked', async () => {
    const files = input();
    writeFileSync(
      line.at(files[6]),
      thermal(VOLUMES[6]).replace('num_integrated_modes: 6', 'num_integrated_modes: 2'),
    );
    await run('e-v.dat', ...files);
    expect(line.stdout).toContain('# Warning: thermal_properties.yaml-6 has imaginary modes.');
    await run('--exclude-imaginary', 'e-v.dat', ...files);
    expect(line.stdout).toContain('# thermal_properties.yaml-6 has been excluded.');
    expect(line.text('helmholtz-volume.dat').split('# Temperature')[1].trim().split('\n').length).toBe(2 + 6);
  });

  it('notes volumes of another cell, and results beyond the volumes', async () => {
    const files = input([39.6, 39.8, 40, 40.2, 40.4]);
    writeFileSync(line.at(files[0]), thermal(39.6).replace('natom:', 'volume: 79.2\nnatom:'));
    await run('e-v.dat', ...files);
    expect(line.stderr).toContain(
      'note: thermal_properties.yaml-0 is of a cell of 79.2 A^3, but its energy of one of 39.6 A^3',
    );
    expect(line.stderr).toMatch(
      /note: the volume at .* lies outside of those that were calculated: it is extrapolated/,
    );
  });

  describe('refuses', () => {
    it('too few volumes', async () => {
      const files = input([38, 39, 40, 41]);
      await expect(run('e-v.dat', ...files)).rejects.toThrow(
        'entropy and heat capacity by volume are fitted with 5 coefficients, but there are 4 volumes',
      );
      input([38, 39, 40]);
      await expect(run('-b', 'e-v.dat')).rejects.toThrow(
        'an equation of state has 4 parameters, but there are 3 different volumes',
      );
      expect(readdirSync(line.folder)).not.toContain('volume-temperature.dat');
    });

    it('files that are missing, too few or too many', async () => {
      const files = input();
      await expect(run('e-v.dat', ...files.slice(1))).rejects.toThrow(
        'there are 6 files of thermal properties, but 7 volumes with energies',
      );
      await expect(run('e-v.dat', ...files, 'more.yaml')).rejects.toThrow('there is no file more.yaml');
      await expect(run()).rejects.toMatchObject({ exitCode: 2 });
    });

    it('temperatures that differ', async () => {
      const files = input();
      writeFileSync(line.at(files[3]), thermal(39.5, [0, 100, 200]));
      await expect(run('e-v.dat', ...files)).rejects.toThrow(
        'temperatures differ: thermal_properties.yaml-0 has 5 from 0 to 400 K, thermal_properties.yaml-3 has 3 from 0 to 200 K',
      );
    });

    it('electronic free energies of other volumes or temperatures', async () => {
      const files = input();
      writeFileSync(line.at('fe-v.dat'), '0 -9 -9\n100 -9 -9\n');
      await expect(run('--efe', 'fe-v.dat', 'e-v.dat', ...files)).rejects.toThrow(
        'fe-v.dat has free energies of 2 volumes, but e-v.dat has 7 volumes',
      );
      const row = (t: number) => `${t} ${VOLUMES.map((v) => 0.01 * (v - 39) ** 2).join(' ')}\n`;
      writeFileSync(line.at('fe-v.dat'), [0, 100, 250].map(row).join(''));
      await expect(run('--efe', 'fe-v.dat', 'e-v.dat', ...files)).rejects.toThrow('temperatures differ');
      writeFileSync(line.at('fe-v.dat'), [0, 100, 200].map(row).join(''));
      await run('--efe', 'fe-v.dat', 'e-v.dat', ...files);
      // As far as there are both.
      expect(line.text('volume-temperature.dat').trim().split('\n').length).toBe(2);
    });

    it('arguments that it does not know, in one sentence with exit code 2', async () => {
      const main = (...words: string[]) =>
        runCommandLine(
          ['node', 'phonolink', ...words],
          [
            { names: ['phonopy-qha'], load: async () => addPhonopyQha },
            { names: ['phonopy-gruneisen'], load: async () => addPhonopyGruneisen },
          ],
        );
      expect(await main('phonopy-qha', '--eos', 'birch', 'e-v.dat')).toBe(2);
      expect(line.stderr).toContain("--eos: found 'birch', expected vinet or birch_murnaghan or murnaghan");
      expect(await main('phonopy-qha', '--cp', 'e-v.dat')).toBe(2);
      expect(line.stderr).toContain('there is no argument --cp');
      expect(await main('phonopy-gruneisen', 'a', 'b', '--dim', '2 2 2')).toBe(2);
      expect(line.stderr).toContain('found 2 folders (a b), expected three: original, larger, smaller');
      expect(await main('phonopy-gruneisen', 'a', 'b', 'c', '--dim', '2')).toBe(2);
      expect(line.stderr).toContain('--dim 2: expected 3 or 9 whole numbers');
      expect(await main('phonopy-gruneisen', 'a', 'b', 'c', '--mesh', '2 2 2')).toBe(2);
      expect(line.stderr).toContain('--dim has to be given');
      expect(await main('phonopy-gruneisen', '/nowhere', 'b', 'c', '--dim', '2 2 2')).toBe(1);
      expect(line.stderr).toContain('there is no folder /nowhere');
      expect(await main('phonopy-gruneisen', 'a', 'b', 'c', '--q_cutoff', '0.1')).toBe(2);
      expect(line.stderr).toContain("phonopy-gruneisen's argument --q_cutoff is not supported");
    });
  });
});
