/**
 * numpy's older generator (numpy.random.seed), number for number: MT19937 (Matsumoto and Nishimura, ACM Trans. Model.
 * Comput. Simul. 8, 3, 1998), normal numbers in pairs by Marsaglia's polar method.
 */
export class MersenneTwister {
  private readonly key = new Uint32Array(624);
  private position = 624;
  private spare: number | undefined;

  /** @param seed a whole number from 0 to 2^32 - 1 */
  constructor(seed: number) {
    this.key[0] = seed;
    for (let i = 1; i < 624; i++) {
      const last = this.key[i - 1];
      this.key[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
  }

  /** Uniform in [0, 1), 53 bits */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Normal, of mean 0 and variance 1 */
  normal(): number {
    if (this.spare !== undefined) {
      const { spare } = this;
      this.spare = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = factor * x;
      return factor * y;
    }
  }

  private word(): number {
    if (this.position === 624) this.refill();
    let y = this.key[this.position++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  private refill(): void {
    const { key } = this;
    for (let i = 0; i < 624; i++) {
      const y = (key[i] & 0x80000000) | (key[(i + 1) % 624] & 0x7fffffff);
      key[i] = key[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.position = 0;
  }
}
