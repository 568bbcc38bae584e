/**
 * The directions of the house (ARCHITECTURE.md): a slice imports only slices below it, and only by their door.
 * Slices of one level do not see each other.
 */
const LEVELS = [
  ["kernel"],
  ["ledger"],
  ["identity", "resources", "egress"],
  ["risk", "policies", "delegations", "locks", "executors", "preferences", "notifications", "oncall"],
  ["agents", "secrets"],
  ["tasks", "approvals"],
  ["gate"],
  ["applying"],
  ["tool-calls", "workflows", "sessions", "external", "demo"],
  ["views"],
];
const CORE = "^packages/core/src";
/** The files of core that run anywhere, and that the SDK takes along. */
const PORTABLE = `${CORE}/(locks/(lease|errors)|kernel/(errors|clock|mask)|tool-calls/(places|resources|secret-text))\\.ts$`;
const SDK = { path: "^packages/client/src/", pathNot: "\\.test\\.ts$" };
const slices = (names) => `${CORE}/(${names.join("|")})/`;

const upward = LEVELS.slice(0, -1).map((level, index) => ({
  name: `${level.join("-and-")}-look-down-only`,
  comment: "A slice knows only what is below it; news travels upward as ledger entries.",
  severity: "error",
  from: { path: slices(level) },
  to: { path: slices(LEVELS.slice(index + 1).flat()) },
}));

const sideways = LEVELS.filter((level) => level.length > 1).flatMap((level) =>
  level.map((slice) => ({
    name: `${slice}-not-to-its-neighbours`,
    comment: "Slices of one level do not import each other (schemas of data they share apart).",
    severity: "error",
    from: { path: slices([slice]) },
    to: { path: slices(level.filter((other) => other !== slice)), pathNot: "/schema\\.ts$" },
  })),
);

module.exports = {
  forbidden: [
    ...upward,
    ...sideways,
    {
      name: "only-by-the-door",
      comment: "Another slice is entered by service.ts or schema.ts; the kernel has no door.",
      severity: "error",
      from: { path: `${CORE}/([^/]+)/`, pathNot: "(\\.test|-fixture)\\.ts$" },
      to: {
        path: `${CORE}/[^/]+/`,
        pathNot: [`${CORE}/$1/`, `${CORE}/(kernel|generated)/`, "/(service|schema)\\.ts$"],
      },
    },
    {
      name: "no-cycles",
      comment: "Two files that need each other are one, or one too many. Types may meet.",
      severity: "error",
      from: { pathNot: "generated" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "web-sees-shapes-only",
      comment:
        "Pages hold no rule: of core they see the shapes of data and what in a text can't be seen, of the api its types.",
      severity: "error",
      from: { path: "^apps/web/" },
      to: {
        path: CORE,
        pathNot: ["/schema\\.ts$", "/kernel/unseen\\.ts$"],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "sdk-sees-shapes-only",
      comment: "The SDK takes its shapes from core and api, and from core the few files that run anywhere.",
      severity: "error",
      from: SDK,
      to: {
        path: "^(apps|packages)/",
        pathNot: [
          "^packages/client/",
          PORTABLE,
          "/schema\\.ts$",
          "^packages/api/src/(event-payloads|failure|lock-answers)\\.ts$",
        ],
      },
    },
    {
      name: "sdk-carries-nothing",
      comment:
        "Shapes are types to the SDK: what it runs is its own and portable, without zod and without Node.",
      severity: "error",
      from: { path: [SDK.path, PORTABLE], pathNot: SDK.pathNot },
      to: { path: ".", pathNot: ["^packages/client/", PORTABLE], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "core-knows-no-edge",
      comment: "Core knows no HTTP server, no React and no application.",
      severity: "error",
      from: { path: "^packages/core/" },
      to: {
        path: "^(apps|packages/(api|client|testkit|embedded))/|node_modules/(fastify|react|next|@trpc)/",
        pathNot: "testkit",
      },
    },
    {
      name: "apps-are-alone",
      comment: "What runs meets over the network; a test may start the server it talks to.",
      severity: "error",
      from: { path: "^apps/([^/]+)/" },
      to: { path: "^apps/[^/]+/", pathNot: ["^apps/$1/", "^apps/api/src/test-server\\.ts$"] },
    },
    {
      name: "no-test-server-in-programs",
      severity: "error",
      from: { pathNot: "\\.test\\.ts$|^apps/api/" },
      to: { path: "^apps/api/src/test-server\\.ts$" },
    },
    {
      name: "cli-talks-by-the-client",
      comment: "`ade` runs on any machine: all it knows of the server is the SDK.",
      severity: "error",
      from: { path: "^apps/cli/", pathNot: "\\.test\\.ts$" },
      to: { path: "^packages/", pathNot: "^packages/client/", dependencyTypesNot: ["type-only"] },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["generated", "\\.next", "next-env", "^packages/client/dist/"] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "default"],
      extensions: [".ts", ".tsx", ".mts", ".mjs", ".js", ".json"],
    },
  },
};
