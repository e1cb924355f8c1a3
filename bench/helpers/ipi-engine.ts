// A process that serves forces of zero to the i-PI server at the UNIX socket NAME: node ipi-engine.js NAME
import { runIpiClient } from '../../compat/ipi/client.js';

const [unix] = process.argv.slice(2);
const virial = new Float64Array(9);
await runIpiClient({
  connect: { unix },
  evaluate: async (positions) => ({ energy: 0, forces: new Float64Array(positions.length), virial }),
});
