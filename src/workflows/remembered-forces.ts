import { withPositions } from '../model/structure.js';
import type { BoundForces, ForceSource, Forces } from './force-source.js';
import type { LabelJournal } from './label-journal.js';

/** A source that asks the journal first, and tells it what it calculates. */
export function rememberedForces(source: ForceSource, journal: LabelJournal): ForceSource {
  return {
    ...source,
    async bind(structure) {
      let bound: BoundForces | undefined;
      return {
        async evaluate(positions, cell) {
          const moved = withPositions(structure, positions, cell);
          const labels = journal.find(moved)?.labels;
          if (labels) {
            const { energy, forces, virial = new Float64Array(9) } = labels;
            return { energy: energy!, forces: forces!, virial, labels };
          }
          bound ??= await source.bind(structure);
          const found = await bound.evaluate(positions, cell);
          journal.keep(moved, { labels: kept(found), info: new Map() });
          journal.check();
          return found;
        },
        release: () => bound?.release(),
      };
    },
  };
}

function kept({ labels: { energy, forces, virial } }: Forces) {
  return { energy, forces, ...(virial && { virial }) };
}

/**
 * A source that begins anew with each evaluation, so that a result hangs on its structure alone. Otherwise lists of
 * neighbours that were begun elsewhere are summed in another order, and the last digits tell how often a run was
 * interrupted. (More than one thread adds up in the order in which they are done: there they are noise anyway.) Force
 * engines stay as they are.
 */
export function freshForces(source: ForceSource): ForceSource {
  return {
    ...source,
    async bind(structure) {
      // This one keeps the model in memory.
      const held = await source.bind(structure);
      if (held.atOnce !== undefined) return held;
      return {
        async evaluate(positions, cell) {
          const bound = await source.bind(structure);
          try {
            return await bound.evaluate(positions, cell);
          } finally {
            bound.release();
          }
        },
        release: () => held.release(),
      };
    },
  };
}
