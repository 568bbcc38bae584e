import type { Core } from "@ade/core/core";
import { buildMatrix, type Matrix } from "@ade/core/identity/service";
import type { PermissionMatrix } from "@ade/core/kernel/actor";

const everybody = { author: "yes", reviewer: "yes", admin: "yes", agent: "yes", system: "yes" } as const;

/** Rows of what only the API has: its own health and figures. */
const apiPermissions = {
  "health.read": { ...everybody, public: true },
  "document.read": { ...everybody, public: true },
  "system.read": {
    author: "no",
    reviewer: "no",
    admin: "yes",
    agent: "no",
    system: "yes",
    scope: "system:read",
  },
} as const satisfies PermissionMatrix;

/** The slices' rows and the API's own. */
export function matrixOf(core: Core): Matrix {
  return new Map([...core.matrix, ...buildMatrix([apiPermissions])]);
}
