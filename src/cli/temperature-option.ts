import { InvalidArgumentError } from 'commander';

/** A temperature in K from the command line. */
export function parseTemperature(text: string): number {
  const kelvin = Number(text);
  if (text.trim() === '' || !Number.isFinite(kelvin) || kelvin < 0)
    throw new InvalidArgumentError('expected a temperature in kelvin, 0 or more.');
  return kelvin;
}
