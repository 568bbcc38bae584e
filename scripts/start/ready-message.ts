import type { Demo } from "./demo.ts";

/** The one line that says where to go, and below it who can sign in to the demo. */
export async function readyMessage(address: string, demo: Demo | null): Promise<string> {
  const lines = ["", `ADE is ready: ${address}   (Ctrl-C stops it and keeps the data)`];
  // Who went through the demo may have taken all of its people away.
  if (demo && demo.people.length > 0) {
    const { DEMO_USERS } = await import("../../prisma/seed/demo-users.ts");
    const people = DEMO_USERS.filter(({ email }) => demo.people.includes(email));
    lines.push("", "  Sign in to the demo as");
    const width = Math.max(...people.map(({ email }) => email.length));
    for (const { email, password, roles, groups } of people) {
      const who = [roles.join(", "), groups.length > 0 ? `group ${groups.join(", ")}` : ""]
        .filter(Boolean)
        .join(", ");
      lines.push(`    ${email.padEnd(width)}  ${password.padEnd(18)}  ${who}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
