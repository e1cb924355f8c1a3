import { openBytes } from './source.js';
import { TextReader } from './text.js';

const HEAD = 4096;

/**
 * Opens a file and looks at its first 4 KiB (decompressed, a byte a character), which stay unread. `onRead` is told
 * how many bytes of the file have been read.
 */
export async function openText(
  path: string,
  onRead?: (bytes: number) => void,
): Promise<{ text: TextReader; head: string }> {
  const text = new TextReader(openBytes(path, onRead), path);
  while (text.end - text.position < HEAD && (await text.fill()));
  const stop = Math.min(text.end, text.position + HEAD);
  return { text, head: Buffer.from(text.bytes.subarray(text.position, stop)).toString('latin1') };
}
