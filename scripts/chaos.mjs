// `npm run chaos -- --list`: needs nothing but Node 20 and npm. Arguments go to e2e/faults/command-line.ts.
import { packages, runUnderNode24 } from "./start/bootstrap.mjs";
import { fail } from "./start/progress.mjs";

try {
  console.log(`Packages: ${packages()}`);
} catch (error) {
  fail(error);
}
runUnderNode24("e2e/faults/main.ts", process.argv.slice(2));
