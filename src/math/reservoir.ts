import { uniform } from './random.js';

/** A uniform sample of at most `capacity` of the items added (Vitter's algorithm R), the same for the same seed. */
export class Reservoir<T> {
  readonly items: T[] = [];
  private seen = 0;
  private readonly next: () => number;

  constructor(
    private readonly capacity: number,
    seed: number,
  ) {
    this.next = uniform(seed);
  }

  add(item: T): void {
    this.seen++;
    if (this.items.length < this.capacity) {
      this.items.push(item);
      return;
    }
    const place = Math.floor(this.next() * this.seen);
    if (place < this.capacity) this.items[place] = item;
  }
}
