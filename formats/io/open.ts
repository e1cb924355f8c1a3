import { FormatError } from '../../src/model/errors.js';
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
  skipByteOrderMark(text);
  const stop = Math.min(text.end, text.position + HEAD);
  return { text, head: Buffer.from(text.bytes.subarray(text.position, stop)).toString('latin1') };
}

/** Editors of Windows put a mark before UTF-8, which says nothing, and its shell writes UTF-16, which is no text to us. */
function skipByteOrderMark(text: TextReader): void {
  const [first, second, third] = text.bytes.subarray(text.position, Math.min(text.end, text.position + 3));
  if (first === 0xef && second === 0xbb && third === 0xbf) text.position += 3;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new FormatError({
      file: text.file,
      line: 1,
      found: 'text in UTF-16',
      expected: 'text in UTF-8 or ASCII',
      hint: 'save it as UTF-8; in PowerShell write files with Out-File -Encoding utf8, not with >',
    });
}
