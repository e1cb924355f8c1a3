import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A WGSL module joined from files, and where each of its lines came from. */
export interface ShaderSource {
  readonly code: string;
  /** The file and line, counted from 1, of a line of `code`, counted from 1. */
  origin(line: number): { file: string; line: number };
}

const IMPORT = /^\/\/ import: (\S+\.wgsl)\s*$/;

/**
 * Reads FILE of the folder and, before it, every file that it names in lines `// import: other.wgsl` (WGSL itself has no
 * include); each file once, however often it is named.
 */
export function readShader(file: string, folder: string): ShaderSource {
  const lines: string[] = [];
  const parts: { file: string; begin: number }[] = [];
  const seen = new Set<string>();
  const add = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    const own = readFileSync(join(folder, name), 'utf8').split('\n');
    for (const line of own) {
      const wanted = IMPORT.exec(line)?.[1];
      if (wanted) add(wanted);
    }
    parts.push({ file: name, begin: lines.length });
    lines.push(...own);
  };
  add(file);
  return {
    code: lines.join('\n'),
    origin: (line) => {
      const part = parts.findLast(({ begin }) => begin < line) ?? parts[0];
      return { file: part.file, line: line - part.begin };
    },
  };
}
