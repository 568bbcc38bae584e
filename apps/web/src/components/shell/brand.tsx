/** The gate: two posts, and what passes between them. */
export function BrandMark({ size = 18 }: { size?: number }) {
  return (
    <svg viewBox="0 0 18 18" width={size} height={size} aria-hidden className="shrink-0">
      <rect x="1.5" y="2" width="3" height="14" rx="1" fill="currentColor" />
      <rect x="13.5" y="2" width="3" height="14" rx="1" fill="currentColor" />
      <circle cx="9" cy="9" r="2.25" className="fill-accent" />
    </svg>
  );
}
