/** What every failure that a user can cause looks like: one sentence, and where there is one, a next step. */
export class PhonolinkError extends Error {
  /** Process exit code: 1 bad input, 2 usage, 3 not converged or unstable. */
  readonly exitCode: number;
  /** A next step, or '' where there is none. */
  readonly hint: string;

  constructor(message: string, options: { hint?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint ?? '';
    this.exitCode = options.exitCode ?? 1;
  }
}

export interface FormatProblem {
  /** The file as the user named it. */
  file: string;
  /** Counted from 1; 0 where a line means nothing (binary files, an empty file). */
  line: number;
  /** What stands there. */
  found: string;
  /** What the format asks for. */
  expected: string;
  hint?: string;
}

/** A file that does not say what its format asks for: "FILE:LINE: found X, expected Y". */
export class FormatError extends PhonolinkError {
  readonly file: string;
  readonly line: number;
  readonly found: string;
  readonly expected: string;

  constructor(problem: FormatProblem) {
    const place = problem.line > 0 ? `${problem.file}:${problem.line}` : problem.file;
    super(`${place}: found ${problem.found}, expected ${problem.expected}`, { hint: problem.hint });
    this.file = problem.file;
    this.line = problem.line;
    this.found = problem.found;
    this.expected = problem.expected;
  }
}

/** Arguments or options that make no sense together. Exit code 2. */
export class UsageError extends PhonolinkError {
  constructor(message: string, hint = '') {
    super(message, { hint, exitCode: 2 });
  }
}

/** A text as an error message shows it: quoted, one line, cut to a readable length. */
export function quoted(text: string, limit = 60): string {
  const flat = text.replace(/[\x00-\x1f\x7f]/g, ' ').trim();
  return flat === '' ? 'nothing' : `'${flat.length > limit ? `${flat.slice(0, limit)}...` : flat}'`;
}
