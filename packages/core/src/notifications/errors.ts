import { defineErrors } from "../kernel/errors.ts";

export const notificationErrors = defineErrors({
  DELIVERY_PENDING: {
    status: 409,
    message: "This delivery is still on its way.",
    next: "Wait until it was delivered or has failed, then send it again.",
  },
});
