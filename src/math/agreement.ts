/** How well predictions meet references, gathered one pair at a time in constant memory. */
export class Agreement {
  /** Pairs so far */
  count = 0;
  private squares = 0;
  private absolutes = 0;
  private largest = 0;
  private mean = 0; // of the references
  private spread = 0; // sum of squared deviations of the references from their mean (Welford, Technometrics 4, 419, 1962)

  add(predicted: number, reference: number): void {
    const error = predicted - reference;
    this.count++;
    this.squares += error * error;
    this.absolutes += Math.abs(error);
    this.largest = Math.max(this.largest, Math.abs(error));
    const delta = reference - this.mean;
    this.mean += delta / this.count;
    this.spread += delta * (reference - this.mean);
  }

  /** Root mean square error, in the unit of the pairs; NaN without pairs. */
  get rmse(): number {
    return Math.sqrt(this.squares / this.count);
  }

  /** Mean absolute error. */
  get mae(): number {
    return this.absolutes / this.count;
  }

  /** Largest absolute error. */
  get worst(): number {
    return this.largest;
  }

  /** Coefficient of determination 1 - SS_residual / SS_total; NaN where the references do not vary. */
  get r2(): number {
    return this.spread > 0 ? 1 - this.squares / this.spread : Number.NaN;
  }
}
