import { hostname } from "node:os";
import { basename } from "node:path";

/** What a folder is called in the names of resources where nobody says it: two people's clones are two. */
export const workspaceName = (root: string): string => `${basename(root) || "root"}@${hostname()}`;
