/** Answers whether a whole line fits. */
export type LineGlob = (line: string) => boolean;

/**
 * A glob over whole lines, case as it is: `*` is any run of characters, `?` is one. Each part between stars is looked
 * for once, from left to right, so at most pattern x line steps, and mostly those of `indexOf`: a plan has many lines.
 */
export function compileLineGlob(pattern: string): LineGlob {
  const parts = pattern.split(/\*+/).map(compilePart);
  const first = parts[0]!;
  const last = parts.at(-1)!;
  if (parts.length === 1) return (line) => line.length === first.length && first.fits(line, 0);
  const between = parts.slice(1, -1);
  return (line) => {
    const end = line.length - last.length;
    if (end < first.length || !first.fits(line, 0) || !last.fits(line, end)) return false;
    let at = first.length;
    for (const part of between) {
      const found = part.find(line, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}

function compilePart(part: string) {
  const { length } = part;
  const isPlain = !part.includes("?");
  const fits = (line: string, at: number): boolean => {
    if (isPlain) return line.startsWith(part, at);
    if (at + length > line.length) return false;
    for (let i = 0; i < length; i++) if (part[i] !== "?" && part[i] !== line[at + i]) return false;
    return true;
  };
  const find = (line: string, from: number): number => {
    if (isPlain) return line.indexOf(part, from);
    for (let at = from; at + length <= line.length; at++) if (fits(line, at)) return at;
    return -1;
  };
  return { length, fits, find };
}
