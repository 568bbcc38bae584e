import { hashPassword as scrypt } from "better-auth/crypto";
import { identityErrors } from "./errors.ts";

export const MIN_PASSWORD_LENGTH = 10;
export const MAX_PASSWORD_LENGTH = 128;

/** Throws WEAK_PASSWORD with what is wrong. Length is what counts (NIST SP 800-63B); composition rules are not. */
export function assertStrong(password: string, email: string): void {
  if (password.length < MIN_PASSWORD_LENGTH) {
    throw identityErrors.WEAK_PASSWORD({
      message: `A password needs ${MIN_PASSWORD_LENGTH} characters or more.`,
      details: [{ field: "password", issue: `shorter than ${MIN_PASSWORD_LENGTH} characters` }],
    });
  }
  if (new Set(password).size < 3 || password.toLowerCase() === email) {
    throw identityErrors.WEAK_PASSWORD({ details: [{ field: "password", issue: "easy to guess" }] });
  }
}

/** The hash as better-auth stores and verifies it (scrypt, 16 MB; about 60 ms on the thread pool). */
export function hashPassword(password: string): Promise<string> {
  return scrypt(password);
}
