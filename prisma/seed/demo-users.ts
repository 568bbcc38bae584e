import type { Role } from "@ade/core/kernel/actor";

export type DemoUser = {
  name: string;
  email: string;
  password: string;
  roles: Role[];
  groups: string[];
  /** First name, small, of whom an overdue review goes on to. */
  manager?: string;
};

/** People of the demo, one for each way to use the product. They exist only where demo data does. */
export const DEMO_USERS: readonly DemoUser[] = [
  { name: "Ada Okafor", email: "ada@demo.local", password: "demo-ada-admin", roles: ["admin"], groups: [] },
  // An override wants two admins.
  { name: "Jo Almeida", email: "jo@demo.local", password: "demo-jo-admin", roles: ["admin"], groups: [] },
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
  {
    name: "Mia Torres",
    email: "mia@demo.local",
    password: "demo-mia-author",
    roles: ["author"],
    groups: [],
    manager: "ravi",
  },
];

/** Who is on call in the demo, one after the other, from the moment it is made. */
export const DEMO_SHIFTS: readonly { name: string; days: number; note: string }[] = [
  { name: "ravi", days: 3, note: "release week" },
  { name: "sam", days: 4, note: "security patches" },
  { name: "ada", days: 7, note: "everything else" },
];
