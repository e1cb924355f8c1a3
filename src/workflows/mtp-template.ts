import { writeWhole } from '../../formats/io/sink.js';
import { MLIP_MTP } from '../../formats/mlip/mtp.js';
import { UsageError } from '../model/errors.js';
import { createMtpPotential } from '../potentials/mtp/potential.js';
import { createMtpTemplate, type TemplateOptions } from '../potentials/mtp/template.js';

export interface TemplateReport {
  level: number;
  species: readonly string[];
  /** Basis functions of the energy, moments behind them, and coefficients to be fitted */
  functions: number;
  moments: number;
  coefficients: number;
}

/**
 * Writes an untrained MTP.
 * @throws UsageError where the level or the distances make no sense; nothing is written then
 */
export async function writeMtpTemplate(output: string, options: TemplateOptions): Promise<TemplateReport> {
  if (!(options.minimum >= 0 && options.minimum < options.cutoff && options.cutoff <= 100)) {
    throw new UsageError(
      `a basis from ${options.minimum} to ${options.cutoff} A, expected 0 <= --min-dist < --cutoff <= 100`,
    );
  }
  const parameters = createMtpTemplate(options);
  await writeWhole(output, MLIP_MTP.write!(createMtpPotential(parameters)));
  const { radial, basis, species } = parameters;
  const functions = basis.scalars.length;
  return {
    level: options.level,
    species,
    functions,
    moments: basis.moments,
    coefficients: species.length ** 2 * radial.functions * radial.size + species.length + functions,
  };
}
