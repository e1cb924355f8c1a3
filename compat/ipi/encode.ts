import {
  type EngineMessage,
  type ForceLabels,
  HEADER_LENGTH,
  type PositionBatch,
  type ServerMessage,
  type SharedPositions,
} from './messages.js';

/** What we send; batches and shared memory only ever as an engine. */
export type Outgoing = Exclude<ServerMessage, PositionBatch | SharedPositions> | EngineMessage;

type Part = Float64Array | Int32Array | Uint8Array;

/** The bytes of messages one after another, in the memory that `room` gives for so many bytes. */
export function encodeAll(
  messages: readonly Outgoing[],
  room: (length: number) => Uint8Array = (length) => new Uint8Array(length),
): Uint8Array {
  const parts = messages.flatMap(partsOf);
  const bytes = room(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

function partsOf(message: Outgoing): Part[] {
  switch (message.type) {
    case 'INIT':
      return [header('INIT'), Int32Array.of(message.bead), ...textParts(message.parameters)];
    case 'POSDATA': {
      const { cell, inverse, positions } = message;
      return [header('POSDATA'), cell, inverse, Int32Array.of(positions.length / 3), positions];
    }
    case 'FORCEREADY':
      return forceParts([message]);
    case 'FORCEREADY of a batch':
      return forceParts(message.results);
    case 'FORCEREADY in shared memory':
      return [header('FORCEREADY'), ...message.extras.flatMap(textParts)];
    default:
      return [header(message.type)];
  }
}

/** All energies, the number of atoms, all forces, all virials, all texts: for one structure it is the plain message. */
function forceParts(results: readonly ForceLabels[]): Part[] {
  return [
    header('FORCEREADY'),
    Float64Array.from(results, ({ energy }) => energy),
    Int32Array.of(results[0].forces.length / 3),
    ...results.map(({ forces }) => forces),
    ...results.map(({ virial }) => virial),
    ...results.flatMap(({ extra }) => textParts(extra)),
  ];
}

function textParts(text: Uint8Array): Part[] {
  return [Int32Array.of(text.length), text];
}

function header(name: string): Uint8Array {
  return Buffer.from(name.padEnd(HEADER_LENGTH), 'latin1');
}
