import { type Command, InvalidArgumentError } from 'commander';
import { writeMtpTemplate } from '../workflows/mtp-template.js';
import { speciesOf } from './read-options.js';

interface Flags {
  level: number;
  species: string;
  output: string;
  minDist: number;
  cutoff: number;
  radialBasisSize: number;
  json?: boolean;
  quiet?: boolean;
}

const EXAMPLE = `
Example:
  phonolink mtp --level 16 --species Si,O -o 16.mtp     then: mlp train 16.mtp train.cfg ..., or motep

The file is an untrained MTP, as the templates of MLIP-2 and MLIP-3 are. Its species are numbers in the order of
--species; the symbols stand in its potential_tag, which MLIP passes over and phonolink reads.`;

/** phonolink mtp */
export function addMtp(program: Command): void {
  program
    .command('mtp')
    .description('write an untrained moment tensor potential (.mtp) of a level, to be fitted')
    .requiredOption('--level <N>', 'even, from 2 to 28: which contractions of moments the basis has', whole)
    .requiredOption('--species <LIST>', 'symbols such as Si,O, in the order of the types 0, 1, ...')
    .requiredOption('-o, --output <file>', 'the file to write; - is standard output')
    .option('--min-dist <A>', 'where the radial basis begins: at or below the shortest bond', real, 2)
    .option('--cutoff <A>', 'where it ends (max_dist)', real, 5)
    .option('--radial-basis-size <N>', 'Chebyshev polynomials of a radial function', whole, 8)
    .option('--json', 'one JSON object on standard output')
    .option('--quiet', 'say nothing but errors')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const report = await writeMtpTemplate(flags.output, {
    level: flags.level,
    species: speciesOf(flags)!,
    minimum: flags.minDist,
    cutoff: flags.cutoff,
    size: flags.radialBasisSize,
  });
  if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else if (!flags.quiet) {
    process.stderr.write(
      `MTP of level ${report.level} for ${report.species.join(', ')}: ${report.functions} basis functions of ` +
        `${report.moments} moments, ${report.coefficients} coefficients to fit, written to ${flags.output}\n`,
    );
  }
}

function whole(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 100)
    throw new InvalidArgumentError('expected a whole number from 1 to 100.');
  return value;
}

function real(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError('expected a distance in A.');
  return value;
}
