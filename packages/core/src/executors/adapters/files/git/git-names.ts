const BRANCH = /^[A-Za-z0-9_][A-Za-z0-9._/+-]{0,199}$/;
const MAX_MESSAGE = 2000;
/** What a message must not hold: it would be read as ours. */
const OUR_TRAILER = /^ADE-/im;
const FORBIDDEN = /(?!\n)\p{Cc}|[\u2028-\u202e\u2066-\u2069]/u;

/** What is wrong with a branch's name, as a sentence's predicate; null where nothing is. Stricter than Git itself. */
export function branchIssue(branch: string): string | null {
  const isPlain =
    BRANCH.test(branch) &&
    branch !== "HEAD" &&
    !/\.\.|\/\/|\/\.|\.\/|@|[./]$/.test(branch) &&
    !branch.split("/").some((part) => part.endsWith(".lock") || part.startsWith("-"));
  return isPlain
    ? null
    : "must be a plain branch name such as main or team/topic: letters, digits, . _ + - and / between parts";
}

/** What is wrong with a commit's message; null where nothing is. */
export function messageIssue(message: string): string | null {
  if (message.trim() === "") return "must not be empty";
  if (message.length > MAX_MESSAGE) return `must have at most ${MAX_MESSAGE} characters`;
  if (FORBIDDEN.test(message) || !message.isWellFormed()) return "must not hold control characters";
  if (OUR_TRAILER.test(message)) return "must not hold lines that begin with ADE-, which name the task";
  return null;
}

/** The message with the trailers that say which task made the commit, and which revision of it. */
export function messageWith(message: string, trailers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}`);
  return `${message.trim()}\n\n${lines.join("\n")}\n`;
}

/** A person's name as Git writes it in a commit: without what would end it. */
export function authorName(name: string): string {
  return name.replace(/[<>\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, "").trim() || "somebody";
}
