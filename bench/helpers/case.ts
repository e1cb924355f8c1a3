/** One comparison with a peer: the same input, the same run, in turn. */
export interface BenchCase {
  readonly name: string;
  /** 'ASE', 'calorine', or 'one thread' */
  readonly peer: string;
  /** The ratio that is asked for, where one is. */
  readonly wanted?: number;
  /** Rates in `unit`, higher is better. `ratio` where another figure than ours / peer is the fairer one. */
  run(): Promise<{ ours: number; peer: number; unit: string; ratio?: number }>;
}
