// `npm start`: needs nothing but Node 20 and npm. What follows the installation runs on the project's own Node 24.
import { packages, runUnderNode24 } from "./start/bootstrap.mjs";
import { refuseTakenPort } from "./start/port.mjs";
import { fail, progress } from "./start/progress.mjs";

try {
  await refuseTakenPort(process.env);
  progress(1, "Packages", packages());
} catch (error) {
  fail(error);
}
runUnderNode24("scripts/start/main.ts");
