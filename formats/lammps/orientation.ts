import { openBytes } from '../io/source.js';
import { TextReader } from '../io/text.js';
import type { Orientation } from './frame.js';
import { RecordReader } from './record.js';

/**
 * The orientation that a data file or a dump of phonolink records, for files of a run that began from it, which do not
 * record it themselves (`ReadOptions.orientation`); null where the file was written without a turn.
 * @throws FormatError where phonolink has not written the file, or its record is damaged
 */
export async function readOrientation(text: TextReader): Promise<Orientation | null> {
  const record = new RecordReader();
  let ours = false;
  let units = false;
  for (let line = await text.next(); line !== null; line = await text.next()) {
    if (/^(Atoms|ITEM: ATOMS)\b/.test(line)) break;
    const hash = line.indexOf('phonolink');
    ours ||= hash >= 0;
    if (hash >= 0 && (units || line.startsWith('#'))) record.take(line.slice(hash));
    units = line.startsWith('ITEM: UNITS');
  }
  const orientation = record.orientation();
  if (typeof orientation === 'string') text.fail(orientation, 'a record as phonolink wrote it');
  if (!orientation && !ours) {
    text.fail('no record of a rotation', 'a LAMMPS data file or dump that phonolink wrote', {
      hint: 'name the data file that the run read',
    });
  }
  return orientation ?? null;
}

/** `readOrientation` of a file; undefined where there is nothing to undo. */
export async function orientationOfFile(path: string): Promise<Orientation | undefined> {
  const bytes = openBytes(path);
  try {
    return (await readOrientation(new TextReader(bytes, path))) ?? undefined;
  } finally {
    await bytes.return(undefined);
  }
}
