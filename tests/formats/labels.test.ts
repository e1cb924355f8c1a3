import { expect, it } from 'vitest';
import { elementOfLabel, touchingNumbers } from '../../formats/labels.js';

it.each([
  ['Si', 'Si'],
  ['Si1', 'Si'],
  ['Fe_up', 'Fe'],
  ['FE', 'Fe'],
  ['O-h', 'O'],
  ['Ow', 'O'],
  ['h2', 'H'],
  ['D', 'H'],
  ['C', 'C'],
  ['Cu2a', 'Cu'],
  ['X1', 'X1'],
  ['1', '1'],
  ['Sí', 'Sí'],
])('the label %s is %s', (label, element) => {
  expect(elementOfLabel(label)).toBe(element);
});

it('reads numbers that touch', () => {
  expect(touchingNumbers(' -10.5-3.25 1.0D-02', 3)).toEqual([-10.5, -3.25, 0.01]);
  expect(touchingNumbers('1.0 2.0', 3)).toBeNull();
  expect(touchingNumbers('1.0 ****** 2.0', 2)).toBeNull();
  expect(touchingNumbers('1e999', 1)).toBeNull();
});
