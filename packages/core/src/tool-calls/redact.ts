import { MASK } from "../kernel/mask.ts";
import { redactText } from "./secret-text.ts";

/** Names of arguments whose text is not kept, as snake, kebab or camel case spell them. */
const SECRET_NAME =
  /(^|_)(password|passwd|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|secret_?key|credentials?|authorization|auth_token|bearer|cookie)s?$/;

/**
 * The value with all that stands under a telling name masked, and with no secret in any other text. Bounded by whoever
 * calls (`sizes.ts`): it walks the value by recursion.
 */
export function redactValue(value: unknown): unknown {
  return redactMember(value, false);
}

/** `isSecret`: its name tells, or that of what it is in; asked once for a whole list, whose name may be as long. */
function redactMember(value: unknown, isSecret: boolean): unknown {
  if (typeof value === "string") return isSecret && value !== "" ? MASK : redactText(value);
  if (typeof value === "number") return isSecret ? MASK : value;
  if (Array.isArray(value)) return value.map((item) => redactMember(item, isSecret));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      redactText(key),
      redactMember(member, isSecret || (isSecretName(key) && !isAmount(key, member))),
    ]),
  );
}

/** `max_tokens: 500` counts tokens. */
const isAmount = (name: string, value: unknown): boolean =>
  typeof value === "number" && /tokens$/i.test(name);

function isSecretName(name: string): boolean {
  const snake = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(/[-\s.]/g, "_");
  return SECRET_NAME.test(snake.toLowerCase());
}
