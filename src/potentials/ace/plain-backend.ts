import { requireCpu } from '../../device/device.js';
import { createNeighbourList } from '../../neighbours/cell-list.js';
import { expectFinite } from '../finite.js';
import type { AceBackend } from './backend.js';
import { createPlainAce, describePlain, evaluatePlain } from './plain.js';

/** A, so that the small moves of dynamics and of finite displacements need no new list */
const SKIN = 0.5;

/** The plain f64 equations on the calling thread: every model and radial mode, on any CPU. */
export const PLAIN_BACKEND: AceBackend = {
  suits: (_parameters, _radial, device) => device.kind === 'cpu',
  async bind(parameters, radial, kinds, device, structure) {
    const model = createPlainAce(parameters, radial);
    const { count, periodic } = structure;
    const cutoff = Math.max(...parameters.bonds.map((bond) => bond.cutoff));
    const list = createNeighbourList(requireCpu(device, 'ACE'), { count, periodic, cutoff, skin: SKIN });
    return {
      async evaluate(positions, cell) {
        list.update(positions, cell);
        return expectFinite('ACE', evaluatePlain(model, kinds, list));
      },
      async describe(positions, cell) {
        list.update(positions, cell);
        return describePlain(model, kinds, list);
      },
      release: () => list.release(),
    };
  },
};
