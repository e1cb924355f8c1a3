/** The place for a number in a file name: %d, %3d, %03d. */
const PLACE = /%(0?)(\d*)d/;

/** Whether a name has a place for a number: one file for each frame. */
export function isNumbered(path: string): boolean {
  return PLACE.test(path);
}

/** 'POSCAR-%03d', 7 -> 'POSCAR-007'. */
export function numberedName(path: string, index: number): string {
  return path.replace(PLACE, (_, zero: string, width: string) =>
    String(index).padStart(Number(width || 0), zero ? '0' : ' '),
  );
}
