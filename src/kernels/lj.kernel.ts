// Lennard-Jones pairs over a full neighbour list. Every atom gathers its own energy, force and virial, so that the
// result does not depend on how atoms are shared out to threads.

@unmanaged
class Block {
  points: usize; // f64 [3 points]
  owners: usize; // i32
  first: usize; // i32 [n + 1]
  neighbours: usize; // i32
  kinds: usize; // i32 [n]
  pairs: usize; // f64 [species^2][4]: 24 epsilon, sigma^2, cutoff^2, energy to subtract
  species: i32;
  energies: usize; // f64 [n]
  forces: usize; // f64 [3n]
  virials: usize; // f64 [9n]
}

export function evaluate(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const points = b.points, owners = b.owners, neighbours = b.neighbours, kinds = b.kinds;
  for (let i = begin; i < end; i++) {
    const at = points + (<usize>i) * 24;
    const x = load<f64>(at), y = load<f64>(at, 8), z = load<f64>(at, 16);
    const row = b.pairs + (<usize>(load<i32>(kinds + ((<usize>i) << 2)) * b.species) << 5);
    let energy: f64 = 0, fx: f64 = 0, fy: f64 = 0, fz: f64 = 0;
    let xx: f64 = 0, xy: f64 = 0, xz: f64 = 0, yy: f64 = 0, yz: f64 = 0, zz: f64 = 0;
    const last = load<i32>(b.first + ((<usize>i) << 2), 4);
    for (let k = load<i32>(b.first + ((<usize>i) << 2)); k < last; k++) {
      const point = <usize>load<i32>(neighbours + ((<usize>k) << 2));
      const to = points + point * 24;
      const dx = load<f64>(to) - x, dy = load<f64>(to, 8) - y, dz = load<f64>(to, 16) - z;
      const r2 = dx * dx + dy * dy + dz * dz;
      const kind = <usize>load<i32>(kinds + ((<usize>load<i32>(owners + (point << 2))) << 2));
      const pair = row + (kind << 5);
      if (r2 >= load<f64>(pair, 16)) continue;
      const epsilon24 = load<f64>(pair);
      const s2 = load<f64>(pair, 8) / r2;
      const s6 = s2 * s2 * s2;
      energy += epsilon24 / 6 * s6 * (s6 - 1) - load<f64>(pair, 24);
      // -(dV/dr)/r: the force on i is -g r_ij, and each end of the pair has half of the virial -r_ij (dV/dr_ij).
      const g = epsilon24 * s6 * (2 * s6 - 1) / r2;
      fx -= g * dx;
      fy -= g * dy;
      fz -= g * dz;
      xx += g * dx * dx;
      xy += g * dx * dy;
      xz += g * dx * dz;
      yy += g * dy * dy;
      yz += g * dy * dz;
      zz += g * dz * dz;
    }
    store<f64>(b.energies + ((<usize>i) << 3), 0.5 * energy);
    const f = b.forces + (<usize>i) * 24;
    store<f64>(f, fx);
    store<f64>(f, fy, 8);
    store<f64>(f, fz, 16);
    const w = b.virials + (<usize>i) * 72;
    store<f64>(w, 0.5 * xx);
    store<f64>(w, 0.5 * xy, 8);
    store<f64>(w, 0.5 * xz, 16);
    store<f64>(w, 0.5 * xy, 24);
    store<f64>(w, 0.5 * yy, 32);
    store<f64>(w, 0.5 * yz, 40);
    store<f64>(w, 0.5 * xz, 48);
    store<f64>(w, 0.5 * yz, 56);
    store<f64>(w, 0.5 * zz, 64);
  }
}
