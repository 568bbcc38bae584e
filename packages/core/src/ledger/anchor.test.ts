import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { anchorKey, isGenuine, readAnchors, signAnchor, writeAnchor } from "./anchor.ts";

test("half a line, as a full disk leaves it, spoils neither the anchors before it nor the next one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ade-anchor-"));
  const file = join(folder, "anchors.jsonl");
  const key = anchorKey("a secret");
  try {
    expect(await readAnchors(file)).toEqual([]);
    await writeAnchor(file, signAnchor(key, 1, "a", new Date(0)));
    await appendFile(file, '{"seq":2,"ha');
    await writeAnchor(file, signAnchor(key, 3, "c", new Date(0)));
    const anchors = await readAnchors(file);
    expect(anchors.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(anchors.every((anchor) => isGenuine(key, anchor))).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
