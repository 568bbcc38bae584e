/** One task: its features, and whether it failed. */
export type Sample = { x: readonly number[]; failed: boolean };
/** Log-odds: the first weight is the intercept, then one a feature. */
export type Weights = readonly number[];

const STEPS = 50;
const CLOSE_ENOUGH = 1e-10;

/** The probability of failure that the weights give to these features. */
export function predict(weights: Weights, x: readonly number[]): number {
  const odds = x.reduce((sum, value, index) => sum + (weights[index + 1] ?? 0) * value, weights[0] ?? 0);
  return odds >= 0 ? 1 / (1 + Math.exp(-odds)) : Math.exp(odds) / (1 + Math.exp(odds));
}

/** The penalised negative log-likelihood: what `fitLogistic` makes least. The intercept is not penalised. */
export function loss(weights: Weights, samples: readonly Sample[], ridge: number): number {
  const fit = samples.reduce((sum, { x, failed }) => {
    const odds = x.reduce((total, value, index) => total + weights[index + 1]! * value, weights[0]!);
    // log(1 + e^odds), without overflow.
    const both = Math.max(0, odds) + Math.log1p(Math.exp(-Math.abs(odds)));
    return sum + both - (failed ? odds : 0);
  }, 0);
  return fit + (ridge / 2) * weights.slice(1).reduce((sum, weight) => sum + weight ** 2, 0);
}

/** Its gradient, one number a weight. */
export function gradient(weights: Weights, samples: readonly Sample[], ridge: number): number[] {
  const slope = weights.map((weight, index) => (index === 0 ? 0 : ridge * weight));
  for (const { x, failed } of samples) {
    const miss = predict(weights, x) - (failed ? 1 : 0);
    slope[0]! += miss;
    x.forEach((value, index) => {
      slope[index + 1]! += miss * value;
    });
  }
  return slope;
}

/**
 * Logistic regression with a ridge penalty by Newton's method (iteratively reweighted least squares; Hastie, Tibshirani
 * and Friedman, "The Elements of Statistical Learning", 4.4.1). Deterministic. Each step is halved until the loss falls,
 * so that it ends also where the samples can be told apart perfectly.
 */
export function fitLogistic(samples: readonly Sample[], ridge: number): Weights {
  const size = (samples[0]?.x.length ?? 0) + 1;
  let weights: number[] = Array(size).fill(0);
  let least = loss(weights, samples, ridge);
  for (let step = 0; step < STEPS; step += 1) {
    const slope = gradient(weights, samples, ridge);
    const direction = solve(curvature(weights, samples, ridge), slope);
    let [length, next, value] = [1, weights, least];
    do {
      next = weights.map((weight, index) => weight - length * direction[index]!);
      value = loss(next, samples, ridge);
      length /= 2;
    } while (value > least && length > 1e-8);
    if (least - value < CLOSE_ENOUGH) return value < least ? next : weights;
    weights = next;
    least = value;
  }
  return weights;
}

function curvature(weights: Weights, samples: readonly Sample[], ridge: number): number[][] {
  const size = weights.length;
  const matrix = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => (row === column && row > 0 ? ridge : 0)),
  );
  for (const { x } of samples) {
    const p = predict(weights, x);
    const full = [1, ...x];
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        matrix[row]![column]! += p * (1 - p) * full[row]! * full[column]!;
      }
    }
  }
  // A feature that never varies has no curvature of its own.
  matrix.forEach((row, index) => {
    row[index]! += 1e-9;
  });
  return matrix;
}

/** Solves `matrix * x = right` by elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index]!]);
  const size = rows.length;
  for (let at = 0; at < size; at += 1) {
    let pivot = at;
    for (let row = at + 1; row < size; row += 1) {
      if (Math.abs(rows[row]![at]!) > Math.abs(rows[pivot]![at]!)) pivot = row;
    }
    [rows[at], rows[pivot]] = [rows[pivot]!, rows[at]!];
    for (let row = 0; row < size; row += 1) {
      if (row === at) continue;
      const share = rows[row]![at]! / rows[at]![at]!;
      for (let column = at; column <= size; column += 1) rows[row]![column]! -= share * rows[at]![column]!;
    }
  }
  return rows.map((row, index) => row[size]! / row[index]!);
}
