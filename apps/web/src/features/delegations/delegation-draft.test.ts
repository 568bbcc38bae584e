import type { DelegationEntry } from "@ade/core/delegations/schema";
import { describe, expect, it } from "vitest";
import { draftOf, inputOf, localMinute, patchOf } from "./delegation-draft.ts";

const DELEGATION: DelegationEntry = {
  id: "019a0000-0000-7000-8000-000000000001",
  version: 3,
  owner_id: "019a0000-0000-7000-8000-00000000000a",
  owner_name: "Alice",
  conditions: { namespaces: ["prod-*"], risk_above: 0 },
  delegate_to: "019a0000-0000-7000-8000-00000000000b",
  delegate_name: "Bob",
  cascade: false,
  expires_at: "2126-01-01T10:20:30.123456Z",
  note: "On holiday",
  active: true,
  state: "in_force",
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
};

describe("a drafted delegation", () => {
  it("that nobody touched changes nothing, not even the seconds that the form does not show", () => {
    expect(patchOf(draftOf(DELEGATION, "me"), DELEGATION)).toEqual({
      ...{ id: DELEGATION.id, expected_version: 3, conditions: DELEGATION.conditions },
      ...{ delegate_to: DELEGATION.delegate_to, cascade: false, active: true },
      ...{ starts_at: null, expires_at: DELEGATION.expires_at, note: "On holiday" },
    });
  });
  it("takes away what was emptied", () => {
    const draft = { ...draftOf(DELEGATION, "me"), expires_at: "", note: " ", namespaces: [], risk_above: "" };
    expect(patchOf(draft, DELEGATION)).toMatchObject({ expires_at: null, note: null, conditions: {} });
  });
  it("of a new one holds only what was typed", () => {
    const draft = { ...draftOf(undefined, "me"), delegate_to: "bob", risk_above: "50" };
    expect(inputOf(draft)).toEqual({
      ...{ owner_id: "me", delegate_to: "bob", conditions: { risk_above: 50 }, cascade: true, active: true },
    });
    const starts_at = localMinute("2126-01-01T10:20:00.000Z");
    expect(inputOf({ ...draft, starts_at })).toMatchObject({ starts_at: "2126-01-01T10:20:00.000Z" });
  });
});
