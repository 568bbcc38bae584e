import { z } from "zod";

/** ADE_HTTP_ALLOW as a setting. */
export const httpAllowSetting = z
  .string()
  .regex(/^( *[\w.:[\]-]+:\d{1,5} *(,|$))*$/, { error: "expects host:port, comma separated" })
  .default("");
