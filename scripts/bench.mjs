// `npm run bench`: needs nothing but Node 20 and npm. Arguments go to bench/run.ts.
import { packages, runUnderNode24 } from "./start/bootstrap.mjs";
import { fail } from "./start/progress.mjs";

try {
  console.log(`Packages: ${packages()}`);
} catch (error) {
  fail(error);
}
runUnderNode24("bench/main.ts", process.argv.slice(2));
