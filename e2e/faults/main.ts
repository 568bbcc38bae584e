import { generateClient } from "../../scripts/start/prepare.ts";

// On a fresh clone Prisma's client is not there yet, and everything else imports it.
await generateClient();
await import("./run.ts");
