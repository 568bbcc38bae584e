// `npm test`: needs nothing but Node 20 and npm. Its last line is always `N passed, N failed`.
import { packages, runUnderNode24 } from "./start/bootstrap.mjs";
import { progress } from "./start/progress.mjs";

try {
  progress(1, "Packages", packages());
  runUnderNode24("scripts/test/main.ts", process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  console.log("0 passed, 1 failed");
  process.exit(1);
}
