import { defineErrors } from "../kernel/errors.ts";

export const demoErrors = defineErrors({
  DEMO_OFF: {
    status: 409,
    message: "There is no demo data here, and the simulated agent works on nothing else.",
    next: "Start an installation of its own with ADE_DEMO=1.",
  },
  DEMO_AGENT_RUNS: {
    status: 409,
    message: "The simulated agent works already.",
    next: "Watch it on its page, or stop it first.",
  },
});
