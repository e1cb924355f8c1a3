import { extxyz, gpumd } from './extxyz.js';
import type { StructureFormat } from './format.js';

/** Every structure format, the more particular first: recognition asks in this order. */
export const STRUCTURE_FORMATS: readonly StructureFormat[] = [gpumd, extxyz];
