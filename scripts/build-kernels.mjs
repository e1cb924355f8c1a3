// Compiles every src/kernels/*.kernel.ts (AssemblyScript) to dist/kernels/NAME[.VARIANT].wasm.
//
// A kernel whose first line is `// variants: f64x2 f32x4 ...` is compiled once for each variant, with its import of
// './ops' replaced by src/kernels/ops/VARIANT.ts: one source, several arithmetics.
//
// All modules import one shared memory (env.memory). Each gets its own 64 KiB for static data, below HEAP_BASE;
// JavaScript owns everything above (src/device/memory.ts).
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, 'src', 'kernels');
const output = join(root, 'dist', 'kernels');

const PAGE = 65536;
const HEAP_BASE = 4 * 1024 * 1024; // the same number stands in src/device/memory.ts
const MAX_PAGES = 65536;

function newestSource(folder) {
  let newest = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile())
      newest = Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return newest;
}

/** Compiles what is older than the sources; `force` compiles all. */
export async function buildKernels({ force = false } = {}) {
  const jobs = [];
  for (const file of readdirSync(sources)
    .filter((f) => f.endsWith('.kernel.ts'))
    .sort()) {
    const name = file.replace('.kernel.ts', '');
    const head = readFileSync(join(sources, file), 'utf8').split('\n', 1)[0];
    const variants = /^\/\/ variants:/.test(head)
      ? head.replace('// variants:', '').trim().split(/\s+/)
      : [''];
    for (const variant of variants)
      jobs.push({ file, variant, wasm: `${name}${variant && `.${variant}`}.wasm` });
  }
  if (jobs.length > HEAP_BASE / PAGE - 1)
    throw new Error('too many kernel modules for the space below HEAP_BASE');
  const newest = newestSource(sources);
  mkdirSync(output, { recursive: true });
  let asc;
  for (const [slot, { file, variant, wasm }] of jobs.entries()) {
    const target = join(output, wasm);
    if (!force && existsSync(target) && statSync(target).mtimeMs > newest) continue;
    asc ??= (await import('assemblyscript/asc')).default;
    const stderr = asc.createMemoryStream();
    const { error } = await asc.main(
      [
        file,
        '--outFile',
        wasm,
        '-O3',
        '--converge',
        '--noAssert',
        '--runtime',
        'stub',
        '--importMemory',
        '--sharedMemory',
        '--maximumMemory',
        String(MAX_PAGES),
        '--initialMemory',
        String(HEAP_BASE / PAGE),
        '--memoryBase',
        String((slot + 1) * PAGE),
        '--enable',
        'simd',
        '--enable',
        'threads',
        '--enable',
        'bulk-memory',
        '--use',
        'abort=',
      ],
      {
        stderr,
        readFile: (name) => {
          const from = variant && /(^|\/)ops\.ts$/.test(name) ? `ops/${variant}.ts` : name;
          const path = join(sources, from);
          return existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : null;
        },
        writeFile: (name, contents) => writeFileSync(join(output, name), contents),
        listFiles: () => [],
      },
    );
    if (error) throw new Error(`${file} (${variant || 'one variant'}):\n${stderr.toString()}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  await buildKernels({ force: process.argv.includes('--force') });
