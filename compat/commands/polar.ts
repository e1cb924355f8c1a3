import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import { expandBorn, imagesOf, readBorn } from '../../formats/phonopy/born.js';
import { symmetricPolar } from '../../src/lattice/harmonic/polar-symmetry.js';
import type { PolarResponse } from '../../src/model/polar.js';
import type { Crystal } from './crystal.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';

/**
 * Born charges and the dielectric tensor, from the phonopy.yaml or from BORN; undefined where neither has them.
 * @throws PhonolinkError where BORN is not of this crystal
 */
export async function readPolar(
  { folder, tags, say }: Session,
  { yaml, primitiveSymmetry, factors, cells, name }: Crystal,
): Promise<PolarResponse | undefined> {
  const method = tags.choice('nac_method', ['gonze', 'wang']);
  const own = method && { method };
  const fits = yaml?.polar?.charges.length === 9 * cells.primitive.count;
  if (yaml?.polar && fits) {
    say(`NAC parameters were read from "${basename(name)}".`);
    return { ...yaml.polar, ...own };
  }
  const path = join(folder, 'BORN');
  if (!existsSync(path)) return undefined;
  const { text } = await openText(path);
  const born = await readBorn(text, factors).finally(() => text.close());
  say('NAC parameters were read from "BORN".');
  return { ...symmetricPolar(expandBorn(born, imagesOf(primitiveSymmetry)), primitiveSymmetry), ...own };
}

/** What --nac, --nonac and the version's defaults come to. @throws PhonolinkError where --nac finds nothing */
export async function polarOf(session: Session, crystal: Crystal): Promise<PolarResponse | undefined> {
  const asked = session.tags.flag('nac');
  const polar = (asked ?? session.version === 4) ? await readPolar(session, crystal) : undefined;
  if (asked && !polar) throw unsuited(`${session.tags.source('nac')} needs BORN, which is not in the folder`);
  return polar;
}
