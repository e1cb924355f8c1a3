import { type Command, InvalidArgumentError, Option } from 'commander';
import { addressName, type IpiAddress } from '../../compat/ipi/address.js';
import { type MdiAddress, parseMdiAddress } from '../../compat/mdi/address.js';
import type { AtomicUnits } from '../../compat/sockets/units.js';
import { openStructures } from '../../formats/read.js';
import { PhonolinkError, UsageError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';
import { type ServePlan, type ServeReport, serve } from '../workflows/serve.js';
import { serveMdi } from '../workflows/serve-mdi.js';
import { addDeviceOptions } from './device-options.js';
import { addEngineOptions, milliseconds, parseSeconds, unitsOf } from './engine-options.js';
import { addModelOptions } from './model-options.js';
import { forcesOf, MODEL_HELP, type ModelFlags, openModel } from './open-model.js';
import { runPredict } from './predict.js';
import { Progress } from './progress.js';
import { addReadOptions, type ReadFlags, readOptionsOf } from './read-options.js';
import { stopOnSignal } from './stop-on-signal.js';

interface Flags extends ModelFlags, ReadFlags {
  structure?: string;
  unix?: string;
  host?: string;
  port?: number;
  mdi?: MdiAddress;
  listen?: boolean;
  output?: string;
  to?: string;
  timeout?: number;
  init?: 'never' | 'first' | 'afterwards';
  json?: boolean;
  quiet?: boolean;
}

const EXAMPLE = `
Examples:
  phonolink serve nep.txt --structure start.xyz --unix driver       forces for i-PI, ASE or any i-PI server at /tmp/ipi_driver
  phonolink serve ipi:unix:qe --structure start.xyz --unix driver   a relay: whatever connects to /tmp/ipi_qe gives them
  phonolink serve nep.txt --mdi localhost:8021                      forces for LAMMPS: fix mdi/qm, lmp -mdi "-role DRIVER ..."
  phonolink serve --listen --unix qe --structure in.xyz -o out.xyz  the other way: engines that connect label in.xyz

i-PI's protocol says nothing of species: FILE gives the atoms in the server's order. Exit code 0 when the server ends.`;

export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description(
      'forces for other programs, by the i-PI protocol over a UNIX socket or TCP, or by MDI over TCP',
    )
    .argument('[model]', MODEL_HELP)
    .option('--structure <file>', 'the atoms in the order of the server; a model of one species needs none')
    .option('--unix <name>', 'the UNIX socket /tmp/ipi_NAME')
    .option('--host <name>', 'the host of a TCP port (default: localhost)')
    .option('--port <number>', 'the TCP port (default: 31415)', parsePort)
    .option(
      '--mdi <host:port>',
      'be an MDI engine for the driver that listens there (LAMMPS fix mdi/qm); --species names its atom types',
      parseMdiAddress,
    )
    .option('--listen', 'be the server: engines that connect label the structures of FILE')
    .option('-o, --output <file>', 'with --listen: the structures with their labels')
    .addOption(new Option('--to <FORMAT>', 'with --listen: format of the output'))
    .option(
      '--timeout <s>',
      'the time to find the server, and to wait for the rest of a message (default: 60)',
      parseSeconds,
    )
    .addOption(
      new Option('--init <when>', 'when to ask the server for its INIT message (default: first)').choices([
        'never',
        'first',
        'afterwards',
      ]),
    );
  addModelOptions(command);
  addEngineOptions(command);
  addReadOptions(command);
  addDeviceOptions(command);
  command
    .option('--json', 'one JSON object on standard output')
    .option('--quiet', 'say nothing but errors')
    .addHelpText('after', EXAMPLE)
    .action(async (name: string | undefined, flags: Flags) => {
      if (flags.mdi) {
        refuseWithMdi(flags);
        return answer(name, flags, mdiSession(flags.mdi, flags));
      }
      const address = addressOf(flags);
      if (flags.listen) await listen(name, address, flags);
      else await answer(name, flags, ipiSession(address, flags));
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535)
    throw new InvalidArgumentError('expected a port from 1 to 65535.');
  return port;
}

function addressOf({ unix, host, port }: Flags): IpiAddress {
  if (unix !== undefined) {
    if (host !== undefined || port !== undefined)
      throw new UsageError('--unix and --host or --port name two places', 'give one of them');
    addressName({ unix });
    return { unix };
  }
  if (host === undefined && port === undefined)
    throw new UsageError('no server is named', 'give --unix NAME, or --host HOST and --port PORT');
  return { host: host ?? 'localhost', port: port ?? 31415 };
}

/** The server's part: what `predict ipi:...` does, by another name. */
async function listen(name: string | undefined, address: IpiAddress, flags: Flags): Promise<void> {
  if (name !== undefined)
    throw new UsageError(
      `--listen takes forces from engines, and ${name} is a model`,
      'leave one of them out',
    );
  if (flags.structure === undefined || flags.output === undefined)
    throw new UsageError('--listen needs --structure FILE for its input and -o OUT for its labels');
  const model =
    'unix' in address ? `ipi:unix:${address.unix}` : `ipi:${hostText(address.host)}:${address.port}`;
  await runPredict(model, flags.structure, flags);
}

function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** One peer's session, by whichever protocol. */
type Session = (
  common: Pick<ServePlan, 'source' | 'structure'> & {
    readonly client: {
      readonly timeout?: number;
      readonly units?: AtomicUnits;
      readonly signal: AbortSignal;
    };
  },
  progress: (steps: number) => void,
) => Promise<ServeReport>;

function ipiSession(connect: IpiAddress, { init }: Flags): Session {
  return (common, progress) => serve({ ...common, connect, client: { ...common.client, init } }, progress);
}

function mdiSession(connect: MdiAddress, flags: Flags): Session {
  const { species } = readOptionsOf(flags);
  return (common, progress) => serveMdi({ ...common, connect, species }, progress);
}

function refuseWithMdi(flags: Flags): void {
  for (const option of ['unix', 'host', 'port', 'listen', 'init'] as const) {
    if (flags[option] !== undefined)
      throw new UsageError(
        `--${option} is for the i-PI protocol, --mdi for another`,
        'leave one of them out',
      );
  }
}

async function answer(name: string | undefined, flags: Flags, session: Session): Promise<void> {
  if (name === undefined) throw new UsageError('no model is named', 'phonolink serve MODEL --unix NAME');
  if (flags.output !== undefined) throw new UsageError('-o is for --listen alone');
  const say = (line: string) => {
    if (!flags.quiet && !flags.json) process.stderr.write(`${line}\n`);
  };
  const structure = flags.structure === undefined ? undefined : await firstOf(flags.structure, flags);
  const model = await openModel(name, flags, say);
  const progress = new Progress({
    amount: (steps) => `${Math.round(steps)} steps`,
    quiet: flags.quiet || flags.json,
  });
  const stopping = stopOnSignal();
  try {
    const client = {
      timeout: milliseconds(flags.timeout),
      units: unitsOf(flags),
      signal: stopping.signal,
    };
    const report = await session({ source: forcesOf(model), structure, client }, (steps) =>
      progress.update(steps),
    );
    progress.end();
    if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else if (!flags.quiet) process.stdout.write(`${sentenceOf(report, model.name)}\n`);
    if (report.end === 'stopped')
      throw new PhonolinkError(`interrupted after ${report.steps} steps`, { exitCode: 130 });
  } finally {
    stopping.release();
    progress.end();
    await model.close();
  }
}

async function firstOf(file: string, flags: ReadFlags): Promise<{ file: string; structure: Structure }> {
  const { frames } = await openStructures(file, { ...readOptionsOf(flags), from: flags.from });
  for await (const { structure } of frames) return { file, structure };
  throw new PhonolinkError(`${file}: holds no structures`);
}

const ENDS: { readonly [end in ServeReport['end']]: string } = {
  exit: 'the server ended the session',
  closed: 'the server went away after a whole step',
  stopped: 'interrupted',
};

function sentenceOf({ steps, seconds, evaluation, end }: ServeReport, name: string): string {
  const times =
    steps > 0
      ? `, ${((1000 * seconds) / steps).toFixed(3)} ms each, ${((1000 * evaluation) / steps).toFixed(3)} ms of it for the forces`
      : '';
  return `${name}: ${steps} steps${times}; ${ENDS[end]}`;
}
