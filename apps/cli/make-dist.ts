import { writeDist } from "../../scripts/publish/write-dist.ts";

writeDist({
  folder: "apps/cli",
  entry: "src/main",
  dist: new URL("dist", import.meta.url).pathname,
  declarations: false,
});
