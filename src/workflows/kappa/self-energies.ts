import type { CpuDevice } from '../../device/cpu.js';
import type { Smearing } from '../../lattice/scattering/delta-weights.js';
import type { InteractionStrengths } from '../../lattice/scattering/interaction.js';
import { classesOf, EPSILON, SelfEnergies } from '../../lattice/scattering/linewidths.js';
import type { PairSumOptions } from '../../lattice/scattering/pair-sums.js';
import { shiftsOfSpectrum, spectralFunction } from '../../lattice/scattering/spectral-function.js';
import type { AnharmonicModel, ScatteringPlan, Width } from './plan.js';
import { interactionOf, pointTriplets, smearingOf, tetrahedraOf } from './point-scattering.js';
import type { ScatteringGrid } from './scattering.js';

/** What is asked of a point. */
export interface SpectrumRequest {
  /** BZ point */
  readonly point: number;
  /** From 0 */
  readonly bands: readonly number[];
  /** [f] THz */
  readonly frequencies: Float64Array;
}

/** Spectra of a point's bands, [t][b][f]. */
export interface SpectralFunctions {
  /** THz, half linewidths */
  readonly linewidths: Float64Array;
  /** THz */
  readonly shifts: Float64Array;
  /** 1/THz */
  readonly functions: Float64Array;
}

/** Self-energies by the bubble diagram against frequency, at points of a grid. */
export class PointSelfEnergies {
  private readonly interaction: InteractionStrengths;
  private readonly made = new Map<string, SelfEnergies>();

  /** @throws PhonolinkError where memory does not suffice */
  constructor(
    private readonly prepared: ScatteringGrid,
    private readonly model: AnharmonicModel,
    private readonly plan: ScatteringPlan,
    private readonly device: CpuDevice,
  ) {
    this.interaction = interactionOf(prepared, model, plan, device);
  }

  /** [t][b][f] THz, imaginary parts: half linewidths, with some of the triplets left out where that is asked for. */
  imaginary(
    { point, bands, frequencies }: SpectrumRequest,
    width: Width,
    without?: PairSumOptions['without'],
  ): Float64Array {
    const { plan, prepared } = this;
    return this.byWidth(width).spectrum(
      pointTriplets(prepared, plan, point),
      frequencies,
      plan.temperatures,
      { bands, ...(without && { without }) },
    );
  }

  /** [t][b][f] THz, real parts by principal values of a width (THz): frequency shifts. */
  real({ point, bands, frequencies }: SpectrumRequest, epsilon = EPSILON): Float64Array {
    const { plan, prepared } = this;
    const energies = this.by(`principal ${epsilon}`, { kind: 'principal', epsilon });
    return energies.spectrum(pointTriplets(prepared, plan, point), frequencies, plan.temperatures, { bands });
  }

  /** Spectral functions, with real parts out of the imaginary ones by Kramers and Kronig. */
  spectral(request: SpectrumRequest, width: Width): SpectralFunctions {
    const { point, bands, frequencies } = request;
    const { modes } = this.prepared;
    const linewidths = this.imaginary(request, width);
    const shifts = new Float64Array(linewidths.length);
    const functions = new Float64Array(linewidths.length);
    const n = frequencies.length;
    for (let k = 0; k < linewidths.length; k += n) {
      const band = bands[(k / n) % bands.length];
      const gammas = linewidths.subarray(k, k + n);
      const own = shiftsOfSpectrum(gammas, frequencies);
      shifts.set(own, k);
      functions.set(
        spectralFunction(gammas, own, modes.frequencies[point * modes.bands + band], frequencies),
        k,
      );
    }
    return { linewidths, shifts, functions };
  }

  /** Gives the memory back. */
  release(): void {
    this.interaction.release();
    for (const energies of this.made.values()) energies.release();
  }

  private byWidth(width: Width): SelfEnergies {
    const { plan, prepared } = this;
    const tetrahedra = width === 'tetrahedra' ? tetrahedraOf(prepared, plan) : undefined;
    return this.by(String(width), smearingOf(width, plan, tetrahedra));
  }

  private by(key: string, smearing: Smearing): SelfEnergies {
    const known = this.made.get(key);
    if (known) return known;
    const { device, prepared, model, plan, interaction } = this;
    const { grid, modes, irreducible } = prepared;
    const energies = new SelfEnergies({
      device,
      grid,
      modes,
      strengths: interaction,
      smearing,
      classes: classesOf(grid, irreducible.map),
      cutoffFrequency: plan.cutoffFrequency,
      units: model.units,
    });
    this.made.set(key, energies);
    return energies;
  }
}
