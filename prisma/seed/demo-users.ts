import type { Role } from "@ade/core/kernel/actor";

export type DemoUser = {
  name: string;
  email: string;
  password: string;
  roles: Role[];
  groups: string[];
  /** First name of somebody above in the list. */
  manager?: string;
};

/** People of the demo, one for each way to use the product. They exist only where demo data does. */
export const DEMO_USERS: readonly DemoUser[] = [
  { name: "Ada Okafor", email: "ada@demo.local", password: "demo-ada-admin", roles: ["admin"], groups: [] },
  {
    name: "Ravi Menon",
    email: "ravi@demo.local",
    password: "demo-ravi-sre",
    roles: ["reviewer"],
    groups: ["sre"],
    manager: "ada",
  },
  {
    name: "Sam Lindqvist",
    email: "sam@demo.local",
    password: "demo-sam-security",
    roles: ["reviewer"],
    groups: ["security"],
    manager: "ada",
  },
  { name: "Mia Torres", email: "mia@demo.local", password: "demo-mia-author", roles: ["author"], groups: [] },
];
