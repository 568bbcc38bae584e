const STEPS = 7;

/**
 * One line of progress.
 * @param {number} step from 1
 * @param {string} name
 * @param {string} outcome what was done or why nothing was
 */
export function progress(step, name, outcome) {
  console.log(`[${step}/${STEPS}] ${`${name} `.padEnd(18, ".")} ${outcome}`);
}

/**
 * Ends with one clear sentence; a bug, which nobody can act on, also shows its stack.
 * @param {unknown} error
 * @returns {never}
 */
export function fail(error) {
  const isPlain = error instanceof Error && error.name === "PlainError";
  console.error(`\n${isPlain ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

/**
 * An error whose message is all there is to say.
 * @param {string} message
 */
export function plainError(message) {
  return Object.assign(new Error(message), { name: "PlainError" });
}
