import { requireCpu } from '../../device/device.js';
import { createNeighbourList } from '../../neighbours/cell-list.js';
import type { NepBackend } from './backend.js';
import { createPlainNep, describePlain, evaluatePlain } from './plain.js';

/** A, so that the small moves of dynamics and of finite displacements need no new list */
const SKIN = 0.5;

/** The plain f64 equations on the calling thread: every dialect, on any CPU. */
export const PLAIN_BACKEND: NepBackend = {
  suits: (_parameters, device) => device.kind === 'cpu',
  async bind(parameters, kinds, device, structure) {
    const model = createPlainNep(parameters);
    const { count, periodic } = structure;
    const cutoff = Math.max(...parameters.radial.cutoffs);
    const list = createNeighbourList(requireCpu(device, 'NEP'), { count, periodic, cutoff, skin: SKIN });
    return {
      async evaluate(positions, cell) {
        list.update(positions, cell);
        return evaluatePlain(model, kinds, list, cell);
      },
      async describe(positions, cell) {
        list.update(positions, cell);
        return { width: parameters.dimension, values: describePlain(model, kinds, list) };
      },
      release: () => list.release(),
    };
  },
};
