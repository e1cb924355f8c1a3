/** A file's name as recognition takes it: without folders, .gz and .xz. */
export function bareName(path: string): string {
  return path.replace(/^.*[/\\]/, '').replace(/\.(gz|xz)$/i, '');
}

/**
 * Whether a name ends as files of a format do that go by their endings. That counts more than how it begins:
 * XDATCAR.xyz, POSCAR.data and data.cfg are no XDATCAR, POSCAR and LAMMPS data.
 */
export function hasTellingEnding(name: string): boolean {
  return /\.((ext|e)?xyz|cif|json|ya?ml|xml|data|dump|lammpstrj|cfg|in|vasp|poscar)$/i.test(name);
}
