import { words } from '../io/text.js';
import type { Yaml } from '../io/yaml-value.js';

/** A block of pacemaker's YAML: 'Al' is of one species, 'Al Ni' of the bond of Al with Ni, 'Al Cu Ni' of more. */
export interface Block {
  readonly name: string;
  /** Each once, that of the centre first. */
  readonly species: readonly string[];
  readonly node: Yaml;
}

export function readBlock(node: Yaml): Block {
  const name = node.get('speciesblock');
  const species = [...new Set(words(name.text('the species of a block')))];
  if (species.length === 0) name.fail('a block of no species', "symbols of elements, as 'Al Ni'");
  return { name: species.join(' '), species, node };
}
