import { join } from 'node:path';
import { writeCollisionEigenvalues } from '../../../formats/phono3py/collision.js';
import { kappaName, writeKappa } from '../../../formats/phono3py/kappa.js';
import { nameSuffix } from '../../../formats/phono3py/names.js';
import { writeText } from '../phonon-files.js';
import type { ConductivityResult } from './conductivity.js';
import { kappaDrawings } from './drawings.js';
import type { KappaOutcome } from './outcome.js';
import { kappaReport } from './report.js';

/** What is drawn and told of a conductivity. */
export const KAPPA_FILES = { report: 'report.html' } as const;

/** Writes the peers' files, plots and the report; their paths. */
export async function writeKappaFiles(folder: string, outcome: KappaOutcome): Promise<string[]> {
  const { plan, results } = outcome;
  const paths: string[] = [];
  for (const result of results) {
    paths.push(join(folder, kappaName(result)));
    await writeKappa(paths[paths.length - 1], { ...result, version: plan.version });
    if (result.collisionEigenvalues) {
      paths.push(join(folder, `coleigs${nameSuffix(namePartsOf(result))}.hdf5`));
      await writeCollisionEigenvalues(
        paths[paths.length - 1],
        result.temperatures,
        result.collisionEigenvalues,
        plan.version,
      );
    }
  }
  const drawings = await kappaDrawings(outcome);
  for (const { file, svg } of drawings) {
    paths.push(join(folder, file));
    await writeText(paths[paths.length - 1], [svg]);
  }
  paths.push(join(folder, KAPPA_FILES.report));
  await writeText(paths[paths.length - 1], [await kappaReport(outcome, drawings)]);
  return paths;
}

function namePartsOf({ mesh, sigma, sigmaCutoff }: ConductivityResult) {
  return { mesh, ...(sigma !== undefined && { sigma, sigmaCutoff }) };
}
