/** An argument of a program's: its names, the tag that it sets, and how much it takes. */
export interface CommandOption {
  readonly names: readonly string[];
  readonly tag: string;
  /** 'nothing' sets `value`; 'one' the next word; 'many' the words up to the next argument */
  readonly takes: 'nothing' | 'one' | 'many';
  readonly value?: string;
}

/** What a program's command line and files of settings may hold. */
export interface ArgumentTable {
  readonly program: string;
  /** Those that are followed */
  readonly options: readonly CommandOption[];
  /** What the program understands and we do not, so that it can be told from a slip of the pen */
  readonly unsupported: ReadonlySet<string>;
  /** Tags that a setting file may hold */
  readonly fileTags: ReadonlySet<string>;
}

/** Programs whose runs begin alike: with a crystal and settings. */
export type Program = 'phonopy' | 'phono3py';

export interface ProgramTable extends ArgumentTable {
  readonly program: Program;
}

const TRUE = '.true.';

export function flag(names: string, tag: string, value = TRUE): CommandOption {
  return { names: names.split(' '), tag, takes: 'nothing', value };
}

export function one(names: string, tag: string): CommandOption {
  return { names: names.split(' '), tag, takes: 'one' };
}

export function many(names: string, tag: string): CommandOption {
  return { names: names.split(' '), tag, takes: 'many' };
}

/** Lines for --help, one an argument. */
export function helpOf(options: readonly CommandOption[]): string {
  const values = { nothing: '', one: ' X', many: ' X ...' } as const;
  return options.map(({ names, takes }) => `  ${names.join(', ')}${values[takes]}`).join('\n');
}

/** Calculators whose structures and forces are read and written. */
export const CALCULATORS = ['vasp', 'qe', 'aims'] as const;
export type Calculator = (typeof CALCULATORS)[number];
