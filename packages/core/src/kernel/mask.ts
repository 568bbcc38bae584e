/** Stands for a secret wherever text is kept or shown. */
export const MASK = "••••••";
