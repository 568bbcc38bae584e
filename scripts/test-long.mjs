// `npm run test:long`: needs nothing but Node 20 and npm. Arguments go to scripts/test-long/run.ts.
import { packages, runUnderNode24 } from "./start/bootstrap.mjs";
import { fail } from "./start/progress.mjs";

try {
  console.log(`Packages: ${packages()}`);
} catch (error) {
  fail(error);
}
runUnderNode24("scripts/test-long/main.ts", process.argv.slice(2));
