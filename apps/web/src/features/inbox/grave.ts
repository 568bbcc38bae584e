/** Risk at which a decision takes more than a key: the changes opened, and at the top the target's name typed. */
export function isGrave(level: string | null | undefined): boolean {
  return level === "HIGH" || level === "CRITICAL";
}
