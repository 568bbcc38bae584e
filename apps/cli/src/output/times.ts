const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** How long ago, or in how long, in one unit: `3 min ago`, `in 2 h`. Pure. */
export function relative(iso: string, nowMs: number): string {
  const seconds = Math.round((Date.parse(iso) - nowMs) / 1000);
  const far = Math.abs(seconds);
  if (far < 5) return "now";
  const [unit, size] = UNITS.find(([, each]) => far >= each) ?? ["s", 1];
  const text = `${Math.floor(far / size)} ${unit}`;
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

/** Date and time of day here, to the second: `2026-11-21 14:30:05`. */
export function exact(iso: string): string {
  const at = new Date(iso);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Both: `2026-11-21 14:30:05 (3 min ago)`. */
export function when(iso: string | null | undefined, nowMs = Date.now()): string {
  return iso ? `${exact(iso)} (${relative(iso, nowMs)})` : "";
}
