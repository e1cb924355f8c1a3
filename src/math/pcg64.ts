/**
 * numpy's default generator, number for number, so that a seed gives the displacements that it gives in Python:
 * PCG XSL RR 128/64 (O'Neill, HMC-CS-2014-0905) seeded by numpy's SeedSequence; normal numbers by the ziggurat of
 * Marsaglia and Tsang (J. Stat. Softw. 5, 8, 2000) with 256 layers.
 */
export class Pcg64 {
  private state: bigint;
  private readonly increment: bigint;

  /** @param seed a whole number from 0 to 2^53 */
  constructor(seed: number) {
    const words = seedWords(seed);
    const wide = (k: number) => words[2 * k] | (words[2 * k + 1] << 32n);
    this.increment = (((wide(2) << 64n) | wide(3)) << 1n) | 1n;
    this.increment &= MASK_128;
    // From state 0, one step leaves the increment.
    this.state = (this.increment + ((wide(0) << 64n) | wide(1))) & MASK_128;
    this.step();
  }

  /** 64 random bits */
  bits(): bigint {
    this.step();
    const rotation = this.state >> 122n;
    const mixed = ((this.state >> 64n) ^ this.state) & MASK_64;
    return ((mixed >> rotation) | (mixed << (64n - rotation))) & MASK_64;
  }

  /** Uniform in [0, 1) */
  uniform(): number {
    return Number(this.bits() >> 11n) * 2 ** -53;
  }

  /** Normal, of mean 0 and variance 1 */
  normal(): number {
    for (;;) {
      const bits = this.bits();
      const layer = Number(bits & 0xffn);
      const size = Number((bits >> 9n) & 0xfffffffffffffn);
      const x = size * WIDTHS[layer] * ((bits >> 8n) & 1n ? -1 : 1);
      if (size < LIMITS[layer]) return x;
      if (layer === 0) return this.tail((bits >> 17n) & 1n ? -1 : 1);
      const height = (HEIGHTS[layer - 1] - HEIGHTS[layer]) * this.uniform() + HEIGHTS[layer];
      if (height < Math.exp(-0.5 * x * x)) return x;
    }
  }

  /** Beyond the last layer, by Marsaglia's exponential rejection */
  private tail(sign: number): number {
    for (;;) {
      const x = -Math.log1p(-this.uniform()) / EDGE;
      const y = -Math.log1p(-this.uniform());
      if (2 * y > x * x) return sign * (EDGE + x);
    }
  }

  private step(): void {
    this.state = (this.state * MULTIPLIER + this.increment) & MASK_128;
  }
}

const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** Eight words of 32 bits from a seed: numpy's SeedSequence, a hash of four words. */
function seedWords(seed: number): bigint[] {
  let constant = 0x43b0d7e5;
  const hash = (value: number) => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    const spread = Math.imul(mixed, constant);
    return spread ^ (spread >>> 16);
  };
  const mix = (x: number, y: number) => {
    const sum = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) | 0;
    return sum ^ (sum >>> 16);
  };
  const pool = [seed >>> 0, Math.floor(seed / 2 ** 32), 0, 0].map(hash);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
    }
  }
  let output = 0x8b51f9dd;
  return Array.from({ length: 8 }, (_, i) => {
    const mixed = pool[i % 4] ^ output;
    output = Math.imul(output, 0x58f38ded);
    const spread = Math.imul(mixed, output);
    return BigInt((spread ^ (spread >>> 16)) >>> 0);
  });
}

/** Where the last layer ends, and the area of each (Marsaglia and Tsang for 256 layers, to double precision). */
const EDGE = 3.6541528853610088;
const AREA = 0.004928673233974655;
/** Layers: [256] widths over 2^52, whole numbers below which a layer needs no test, and heights. */
const WIDTHS = new Float64Array(256);
const LIMITS = new Float64Array(256);
const HEIGHTS = new Float64Array(256);
fillLayers();

function fillLayers(): void {
  const unit = 2 ** 52;
  const bottom = AREA / Math.exp(-0.5 * EDGE * EDGE);
  WIDTHS[0] = bottom / unit;
  LIMITS[0] = Math.floor((EDGE / bottom) * unit);
  HEIGHTS[0] = 1;
  WIDTHS[255] = EDGE / unit;
  HEIGHTS[255] = Math.exp(-0.5 * EDGE * EDGE);
  let outer = EDGE;
  for (let layer = 254; layer >= 1; layer--) {
    const edge = Math.sqrt(-2 * Math.log(AREA / outer + Math.exp(-0.5 * outer * outer)));
    LIMITS[layer + 1] = Math.floor((edge / outer) * unit);
    WIDTHS[layer] = edge / unit;
    HEIGHTS[layer] = Math.exp(-0.5 * edge * edge);
    outer = edge;
  }
}
