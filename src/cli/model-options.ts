import { type Command, InvalidArgumentError, Option } from 'commander';

/** Options that belong to the potential itself (ModelChoice). */
export function addModelOptions(command: Command): void {
  command
    .option('--temperature <K>', 'for models that take it as an input', parseTemperature)
    .addOption(
      new Option(
        '--radial <mode>',
        'for ACE: the splines that LAMMPS uses (the default), or the equations themselves',
      ).choices(['spline', 'analytic']),
    );
}

/** A temperature in K from the command line. */
export function parseTemperature(text: string): number {
  const kelvin = Number(text);
  if (text.trim() === '' || !Number.isFinite(kelvin) || kelvin < 0)
    throw new InvalidArgumentError('expected a temperature in kelvin, 0 or more.');
  return kelvin;
}
