import { existsSync, readFileSync } from "node:fs";

/** What the nearest manifest above says: the one beside `src` here, the one above `dist` where it is published. */
export function version(): string {
  let folder = new URL(".", import.meta.url);
  while (!existsSync(new URL("package.json", folder))) folder = new URL("..", folder);
  return JSON.parse(readFileSync(new URL("package.json", folder), "utf8")).version;
}
