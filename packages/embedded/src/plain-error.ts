/** A failure that a person can mend: its message is one clear sentence (or two) with what to do. Shown without a stack. */
export class PlainError extends Error {
  override name = "PlainError";
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
