import { writeDist } from "../../scripts/publish/write-dist.ts";

writeDist({
  folder: "packages/client",
  entry: "src/client",
  dist: new URL("dist", import.meta.url).pathname,
  declarations: true,
});
