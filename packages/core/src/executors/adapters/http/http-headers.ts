const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
/** Visible characters of Latin-1, space and tab: no line ends with which a header could become two. */
const VALUE = /^[\t\x20-\x7e\xa0-\xff]*$/;
const MAX_VALUE = 8192;
/** How a message is framed and routed, and what the executor says itself. */
const OURS =
  /^(host|content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|via|http2-settings|idempotency-key|accept-encoding)$/i;
const CONFIDENTIAL = /auth|cookie|token|secret|key|passw|credential|session|signature/i;

/** Why a header can't be sent, or null. A value is never repeated. */
export function headerIssue(name: string, value: string): string | null {
  if (!NAME.test(name)) return "is no name of a header";
  if (OURS.test(name)) return "is set by the executor itself";
  if (!VALUE.test(value)) return "must not hold line ends, control characters or anything beyond Latin-1";
  return value.length > MAX_VALUE ? `must be at most ${MAX_VALUE} characters` : null;
}

/** True for a name whose value one does not show. */
export const isConfidential = (name: string): boolean => CONFIDENTIAL.test(name);
