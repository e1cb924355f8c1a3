import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { createWhole, removeLeftovers, temporaryName, writeWhole } from '../../formats/io/sink.js';

const folder = () => mkdtempSync(join(tmpdir(), 'phonolink-sink-'));

async function* pieces(count: number, failAt = -1): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) {
    if (i === failAt) throw new Error('the source failed');
    yield `${'x'.repeat(1000)}${i}\n`;
  }
}

describe('a file that appears whole or not at all', () => {
  it.each(['plain.txt', 'packed.txt.gz', 'deep/er/plain.txt'])('%s holds every piece', async (name) => {
    const path = join(folder(), name);
    await writeWhole(path, pieces(5000));
    const bytes = readFileSync(path);
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
    expect(text.split('\n')).toHaveLength(5001);
    expect(text.endsWith('x4999\n')).toBe(true);
  });

  it('leaves nothing behind when the source fails half way', async () => {
    const here = folder();
    await expect(writeWhole(join(here, 'a.txt'), pieces(5000, 3000))).rejects.toThrow('the source failed');
    await expect(writeWhole(join(here, 'b.txt.gz'), pieces(5000, 3000))).rejects.toThrow('the source failed');
    expect(readdirSync(here)).toEqual([]);
  });

  it('says so when the folder cannot be written', async () => {
    const file = join(folder(), 'a.txt');
    await writeWhole(file, pieces(1));
    await expect(writeWhole(join(file, 'b.txt'), pieces(1))).rejects.toThrow(
      /b\.txt: cannot be written: .*a\.txt is no folder/,
    );
    const here = folder();
    await expect(writeWhole(here, pieces(1))).rejects.toThrow(`${here}: cannot be written: it is a folder`);
  });

  it('is removed where the process that was writing it is no more', async () => {
    const here = folder();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const [dead, alive] = [temporaryName('a.txt', pid), temporaryName('a.txt', process.pid)];
    // Folders may be shared: of another machine's processes nothing is known.
    const elsewhere = `.a.txt.${pid}-0@elsewhere.part`;
    const names = [dead, alive, temporaryName('b.txt', pid), elsewhere, '.a.txt.part', 'a.txt'];
    for (const name of names) writeFileSync(join(here, name), '');
    await removeLeftovers(here, 'a.txt');
    expect(readdirSync(here).sort()).toEqual(names.slice(1).sort());
    await removeLeftovers(here);
    expect(readdirSync(here).sort()).toEqual([alive, elsewhere, '.a.txt.part', 'a.txt'].sort());
    await removeLeftovers(join(here, 'none'));
  });

  it('leaves a link a link', async () => {
    const here = folder();
    writeFileSync(join(here, 'old.txt'), 'old');
    symlinkSync('old.txt', join(here, 'link.txt'));
    await writeWhole(join(here, 'link.txt'), pieces(1));
    expect(readlinkSync(join(here, 'link.txt'))).toBe('old.txt');
    expect(readFileSync(join(here, 'old.txt'), 'utf8')).toMatch(/^x+0\n$/);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('leaves nothing behind on %s, and exits with %i', async (signal, code) => {
    const here = folder();
    const others = process.listeners(signal);
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    const file = await createWhole(join(here, 'a.txt'));
    await file.write('half');
    await vi.waitFor(() => expect(readdirSync(here)).toHaveLength(1));
    const [listener, ...more] = process.listeners(signal).filter((known) => !others.includes(known));
    expect(more).toEqual([]);
    listener(signal);
    expect(readdirSync(here)).toEqual([]);
    expect(exit).toHaveBeenCalledWith(code);
    exit.mockRestore();
    await file.discard();
    expect(process.listeners(signal)).toEqual(others);
  });

  it('is whole where one process writes it twice at once', async () => {
    const path = join(folder(), 'a.txt');
    const [one, two] = [await createWhole(path), await createWhole(path)];
    await one.write('one');
    await two.write('two');
    await one.commit();
    expect(readFileSync(path, 'utf8')).toBe('one');
    await two.commit();
    expect(readFileSync(path, 'utf8')).toBe('two');
  });
});
