import { defineErrors } from "../kernel/errors.ts";

export const resourceErrors = defineErrors({
  INVALID_RESOURCE_NAME: {
    status: 400,
    message: "This is not a resource's name.",
    next: "Write the name in its plain spelling: lower case, no '.', '..' or empty segments, no encoded or invisible characters.",
  },
  RESOURCE_EXISTS: {
    status: 409,
    message: "The catalogue already has this resource.",
    next: "Change the entry that is there instead.",
  },
});
