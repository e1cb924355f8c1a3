/**
 * The value of an arithmetic expression as pw.x allows it in ATOMIC_POSITIONS: numbers (1.5, 2e-3, 1.0d0), + - * / ^
 * and parentheses, without blanks. As in pw.x, ^ groups to the right and binds closer than a sign (-2^2 = -4), there
 * are no functions. NaN where the text is no such expression or has no finite value.
 */
export function evaluateExpression(text: string): number {
  let at = 0;

  const sum = (): number => {
    let value = productOfFactors();
    while (text[at] === '+' || text[at] === '-') {
      value = text[at++] === '+' ? value + productOfFactors() : value - productOfFactors();
    }
    return value;
  };
  const productOfFactors = (): number => {
    let value = signed();
    while (text[at] === '*' || text[at] === '/') {
      value = text[at++] === '*' ? value * signed() : value / signed();
    }
    return value;
  };
  const signed = (): number => {
    if (text[at] === '-') {
      at++;
      return -signed();
    }
    if (text[at] === '+') {
      at++;
      return signed();
    }
    const base = operand();
    if (text[at] !== '^') return base;
    at++;
    return base ** signed();
  };
  const operand = (): number => {
    if (text[at] === '(') {
      at++;
      const value = sum();
      if (text[at] !== ')') return Number.NaN;
      at++;
      return value;
    }
    const number = /^(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?/.exec(text.slice(at))?.[0];
    if (number === undefined) return Number.NaN;
    at += number.length;
    return Number(number.replace(/[dD]/, 'e'));
  };

  // Longer than any coordinate: refused before deep parentheses could exhaust the stack.
  if (text.length > 500) return Number.NaN;
  const value = sum();
  return at === text.length && Number.isFinite(value) ? value : Number.NaN;
}
