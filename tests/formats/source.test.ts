import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBytes } from '../../formats/io/source.js';
import { FormatError, PhonolinkError } from '../../src/model/errors.js';

const TEXT = Array.from({ length: 2000 }, (_, i) => `line ${i}\n`).join('');

/** TEXT by `xz -9e`. */
const XZ = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4EnJAztdADYaSh8IoCXB3pS6kMw7Kx81OvJf1Z5+c7Le6vfCLQQnMVvKDEf8ldIdW3ykSPjamraGPS5yX8qBD6MEmU+0TErz7LQZF1glZAp03R+qhGXcA+rC+wSWn1D3P0AzkZjOe0yhx9gSiKScdGhYsWbMyqp7fQ9kgTf85xsAy4xoF/jyQEYRZ0gldaR0jaVjdfnz6nz6bcwn6GiFwsk7QkMk5CIIvu9hxTlP/E5PV/iagvYAed/rbsdecLu7FSSRLVQ4Ai4jYX9w3JDCBGntbN1hzPsSkEXuGfkVtg7bk56LJE8l52E+I21hDFn2F8i8m/vsTpjmqXNGz3dOb84GXsS2bdZIo3vWNsEYcu0aJYUaefUs/y9PZPdNGJq9egsUN0ut5wSkXRJufi+WbDVuVY73glZuCoC6hPSE/mmaKJrui7SsZ5R8T/bsZucH/INPjAGCF7TO29WLOiRj3mXN0wrBg4q6myneSm7dMqVSCEs4lGZkiHjV518bJOKLsBq9ewVWNuxD1nO5ub3Zzdd4sOelbddW91+sEOKnty3CnDa7dwJ0rEJwB43jmTcQ3TC68dDmDg8H9c79jsiNgQpiLQrWMVnFt+E7IFlRYeA3tDQ6dwdGNJSFMvR9DPEUhH+DmWs6aGCqgcAIlFj6BERIz2QnYVoj94IYOzNgvdsN4L6ayEstQqKaN1fm8nH0TOfsTX4RtOf8A3nR1q4+o8lFmGIJaKYRcz2nx4hT5X+3rjj6NAqdbydZEfrf9FyVVDlevKDQSUBxwwhR31tHoz4KHKD/OO3TNtRvL4Di9YTW3zGEHdO92pgXDRvIztFIyJy6Hb9EiYmgI7qpo/24E9tpOP9gXSk2Fd1uflbXsDx2N2GELTa4Ued5y0rZWl5mjVlAErQcye0oDroPphNhxlRqcsVf0g1s6de7cpDI9mrgTk19BGOLs+YG4Ywn96c2rl24wXQgFEuiKgFlAevwe+C9yZlYvqL5U059CeibwVkUqkOCunUBfAmz7UwXWSjZZjXaW6dgWAHiBeP8WxD3X3eXfKRyELQPH5IY8jqeo6pnglRSajkMtD6a3kJyQtq8ZWYq6RzXnvE91GRnA5pmHgQAAACsHWEhuURsSAAB1wbKkwEAYDSQvLHEZ/sCAAAAAARZWg==',
  'base64',
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'phonolink-source-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function unpack(bytes: Uint8Array, onRead?: (bytes: number) => void): Promise<string> {
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  const parts: Uint8Array[] = [];
  for await (const part of openBytes(path, onRead)) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts).toString();
}

/** Files of this process that are open in the folder. */
const openFiles = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;

describe('bytes of a file', () => {
  it.each([
    ['plain', Buffer.from(TEXT)],
    ['gzip', gzipSync(TEXT)],
    ['xz', XZ],
  ])('are unpacked: %s', async (_, bytes) => {
    let read = 0;
    expect(
      await unpack(bytes, (count) => {
        read = count;
      }),
    ).toBe(TEXT);
    expect(read).toBe(bytes.length);
  });

  it.each([
    ['plain', Buffer.from(TEXT.repeat(300))],
    ['gzip', gzipSync(TEXT.repeat(300))],
    ['xz', XZ],
  ])('need not be read to the end: %s', async (_, bytes) => {
    const path = join(folder, 'file');
    writeFileSync(path, bytes);
    for await (const part of openBytes(path)) {
      expect(Buffer.from(part).toString('latin1', 0, 7)).toBe('line 0\n');
      break;
    }
    // Left early once, the file can be read again.
    expect(await unpack(bytes)).toMatch(/line 1999\n$/);
    // Streams close a turn later; only Linux lists what is open.
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (process.platform === 'linux') expect(openFiles()).toBe(0);
  });

  it.each([
    ['gzip cut off', gzipSync(TEXT).subarray(0, -20)],
    ['xz cut off', XZ.subarray(0, -60)],
    ['gzip damaged', Buffer.concat([gzipSync(TEXT).subarray(0, 40), Buffer.alloc(40, 0x55)])],
    ['xz damaged', Buffer.concat([XZ.subarray(0, 40), Buffer.alloc(200, 0x55)])],
  ])('that cannot be unpacked are refused: %s', async (_, bytes) => {
    const refusal = unpack(bytes);
    await expect(refusal).rejects.toBeInstanceOf(FormatError);
    await expect(refusal).rejects.toThrow(/file: found compressed data that cannot be unpacked/);
  });

  it('of nothing and of folders', async () => {
    expect(await unpack(new Uint8Array(0))).toBe('');
    const read = async (path: string) => {
      for await (const _ of openBytes(path));
    };
    await expect(read(folder)).rejects.toThrow(/is a folder/);
    await expect(read(join(folder, 'none'))).rejects.toBeInstanceOf(PhonolinkError);
  });
});
