import type { DelegationEntry } from "@ade/core/delegations/schema";
import type { Inputs } from "#lib/api.ts";

/** A delegation as the form holds it: numbers and dates as they are typed, absent lists as empty ones. */
export type DelegationDraft = {
  owner_id: string;
  delegate_to: string;
  task_types: string[];
  resource_patterns: string[];
  namespaces: string[];
  tags: string[];
  risk_above: string;
  cascade: boolean;
  starts_at: string;
  expires_at: string;
  note: string;
  active: boolean;
};

/** An instant as a field of date and time shows it: local, to the minute. */
export function localMinute(iso: string | undefined): string {
  if (!iso) return "";
  const date = new Date(iso);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The instant of a field of date and time; undefined where it is empty. */
export function instantOf(local: string): string | undefined {
  const date = new Date(local);
  return local && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}

/** The draft of a delegation, or that of a new one of this owner. */
export function draftOf(delegation: DelegationEntry | undefined, owner: string): DelegationDraft {
  const conditions = delegation?.conditions;
  return {
    owner_id: delegation?.owner_id ?? owner,
    delegate_to: delegation?.delegate_to ?? "",
    task_types: conditions?.task_types ?? [],
    resource_patterns: conditions?.resource_patterns ?? [],
    namespaces: conditions?.namespaces ?? [],
    tags: conditions?.tags ?? [],
    risk_above: conditions?.risk_above === undefined ? "" : String(conditions.risk_above),
    cascade: delegation?.cascade ?? true,
    starts_at: localMinute(delegation?.starts_at),
    expires_at: localMinute(delegation?.expires_at),
    note: delegation?.note ?? "",
    active: delegation?.active ?? true,
  };
}

const some = (list: string[]) => (list.length > 0 ? list : undefined);

function conditionsOf(draft: DelegationDraft): NonNullable<Inputs["delegations"]["create"]["conditions"]> {
  const stated = {
    task_types: some(draft.task_types),
    resource_patterns: some(draft.resource_patterns),
    namespaces: some(draft.namespaces),
    tags: some(draft.tags),
    risk_above: draft.risk_above.trim() === "" ? undefined : Number(draft.risk_above),
  };
  return Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined));
}

/** A date that the form shows to the minute stays what it was where nobody touched it. */
function dateOf(typed: string, before: string | undefined): string | null {
  return typed === localMinute(before) ? (before ?? null) : (instantOf(typed) ?? null);
}

/** What creates the drafted delegation. */
export function inputOf(draft: DelegationDraft): Inputs["delegations"]["create"] {
  const starts_at = instantOf(draft.starts_at);
  const expires_at = instantOf(draft.expires_at);
  return {
    ...{ owner_id: draft.owner_id, delegate_to: draft.delegate_to, conditions: conditionsOf(draft) },
    ...{ cascade: draft.cascade, active: draft.active },
    ...(starts_at && { starts_at }),
    ...(expires_at && { expires_at }),
    ...(draft.note.trim() && { note: draft.note }),
  };
}

/** What makes `delegation` into the draft: what was taken away is null. */
export function patchOf(
  draft: DelegationDraft,
  delegation: DelegationEntry,
): Inputs["delegations"]["update"] {
  return {
    ...{ id: delegation.id, expected_version: delegation.version, conditions: conditionsOf(draft) },
    ...{ delegate_to: draft.delegate_to, cascade: draft.cascade, active: draft.active },
    starts_at: dateOf(draft.starts_at, delegation.starts_at),
    expires_at: dateOf(draft.expires_at, delegation.expires_at),
    note: draft.note.trim() || null,
  };
}
