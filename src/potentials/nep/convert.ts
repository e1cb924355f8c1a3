import { PhonolinkError } from '../../model/errors.js';
import type { NepNetwork, NepParameters } from './parameters.js';

/**
 * The same model in another version of NEP, where that version can hold it:
 *
 * - 3 to 4, and to 5: always; every species gets a copy of the network, and no bias of its own.
 * - 5 to 4: always. Biases that are equal join the common one; others become one more neuron in each network, whose
 *   input is constant: w0 = 0, b0 = -20, so that tanh(20) = 1 to the last bit, and w1 = minus the bias.
 * - 4, 5 to 3: where all species' networks are equal.
 *
 * Charge models are of version 4; dipole, polarizability and temperature models of versions 3 and 4.
 * @throws PhonolinkError that says what would be lost
 */
export function toVersion(
  parameters: NepParameters,
  version: 3 | 4 | 5,
  note: (sentence: string) => void = () => {},
): NepParameters {
  if (version === parameters.version) return parameters;
  requireDialect(parameters, version);
  if (version === 5) return { ...parameters, version };
  const shared = parameters.version === 5 ? withoutBiases(parameters, note) : parameters;
  if (version === 4) return { ...shared, version };
  requireEqual(shared.networks, shared.species);
  if (shared.scalarNetworks) requireEqual(shared.scalarNetworks, shared.species);
  return {
    ...shared,
    version,
    networks: shared.networks.map(() => shared.networks[0]),
    scalarNetworks: shared.scalarNetworks?.map((_, _i, all) => all[0]),
  };
}

function requireDialect({ chargeMode, predicts, temperatureInput }: NepParameters, version: 3 | 4 | 5): void {
  if (chargeMode !== 0)
    throw new PhonolinkError(
      `a charge model cannot become NEP${version}, which has no charges: they would be lost`,
    );
  if (version === 5 && (predicts !== 'energy' || temperatureInput)) {
    const kind = predicts === 'energy' ? 'temperature' : predicts;
    throw new PhonolinkError(`a ${kind} model cannot become NEP5, which predicts energies alone`);
  }
}

/** Version 5 without the species' own biases. */
function withoutBiases(parameters: NepParameters, note: (sentence: string) => void): NepParameters {
  const { networks, bias, dimension } = parameters;
  const own = networks.map((network) => network.bias);
  const bare = networks.map((network) => ({ ...network, bias: 0 }));
  if (new Set(own).size === 1) return { ...parameters, networks: bare, bias: bias + own[0] };
  note('each network has one more neuron, which holds the bias of its species');
  return {
    ...parameters,
    neurons: parameters.neurons + 1,
    networks: bare.map((network, i) => ({
      ...network,
      w0: Float64Array.from([...network.w0, ...new Float64Array(dimension)]),
      b0: Float64Array.from([...network.b0, -20]),
      w1: Float64Array.from([...network.w1, -own[i]]),
    })),
  };
}

function requireEqual(networks: readonly NepNetwork[], species: readonly string[]): void {
  const same = (a: Float64Array, b: Float64Array) => a.every((x, k) => x === b[k]);
  const [first] = networks;
  const other = networks.findIndex(
    (network) => !(same(network.w0, first.w0) && same(network.b0, first.b0) && same(network.w1, first.w1)),
  );
  if (other < 0) return;
  throw new PhonolinkError(
    `NEP3 has one network for all species, but those of ${species[0]} and ${species[other]} differ: one would be lost`,
  );
}

/**
 * The ordinary model that a temperature model is at one temperature (K): the constant last component of the descriptor
 * goes into the biases, b0 - w0 (scaler T).
 */
export function atTemperature(parameters: NepParameters, temperature: number): NepParameters {
  if (!parameters.temperatureInput) return parameters;
  if (!Number.isFinite(temperature) || temperature < 0)
    throw new PhonolinkError(`the temperature is ${temperature} K, expected 0 or more`);
  const { temperatureInput: _, ...rest } = parameters;
  const { dimension, neurons, scaler } = parameters;
  const input = scaler[dimension - 1] * temperature;
  const fold = (network: NepNetwork): NepNetwork => ({
    ...network,
    w0: network.w0.filter((_w, k) => k % dimension !== dimension - 1),
    b0: network.b0.map((b, u) => b - network.w0[u * dimension + dimension - 1] * input),
  });
  const folded = new Map(parameters.networks.map((network) => [network, fold(network)]));
  return {
    ...rest,
    neurons,
    dimension: dimension - 1,
    scaler: scaler.slice(0, -1),
    networks: parameters.networks.map((network) => folded.get(network) ?? fold(network)),
  };
}
