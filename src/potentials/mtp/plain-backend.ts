import { requireCpu } from '../../device/device.js';
import { createNeighbourList } from '../../neighbours/cell-list.js';
import { expectFinite } from '../finite.js';
import type { MtpBackend } from './backend.js';
import { createPlainMtp, describePlain, evaluatePlain } from './plain.js';

/** A, so that the small moves of finite displacements need no new list */
const SKIN = 0.5;

/** The plain f64 equations on the calling thread. */
export const PLAIN_BACKEND: MtpBackend = {
  suits: (_parameters, device) => device.kind === 'cpu',
  async bind(parameters, kinds, device, { count, periodic }) {
    const model = createPlainMtp(parameters);
    const cutoff = parameters.radial.maximum;
    const list = createNeighbourList(requireCpu(device, 'MTP'), { count, periodic, cutoff, skin: SKIN });
    return {
      async evaluate(positions, cell) {
        list.update(positions, cell);
        return expectFinite('MTP', evaluatePlain(model, kinds, list));
      },
      async describe(positions, cell) {
        list.update(positions, cell);
        const width = parameters.basis.scalars.length;
        return { width, values: describePlain(model, kinds, list) };
      },
      release: () => list.release(),
    };
  },
};
