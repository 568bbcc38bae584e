import type { Requirement, StandIn } from "./schema.ts";

/** Who is asked in whose place, by the owner's id. Facts from above: policies know no delegations. */
export type StandIns = ReadonlyMap<string, Pick<StandIn, "to_id" | "via">>;

/**
 * The requirement with stand-ins in the places of those whom it names. Somebody who stands in for two, or who is named
 * beside them, is in it once and counts once: two that delegate to one are one voice.
 */
export function replaceOwners(requirement: Requirement, standIns: StandIns): Requirement {
  const named = new Set([
    ...requirement.candidates,
    ...requirement.required_roles.flatMap((role) => role.members),
  ]);
  const stand_ins = [...named].flatMap((owner_id): StandIn[] => {
    const found = standIns.get(owner_id);
    return found && found.to_id !== owner_id ? [{ owner_id, ...found }] : [];
  });
  if (stand_ins.length === 0) return requirement;
  const endOf = (id: string) => standIns.get(id)?.to_id ?? id;
  const ends = (ids: readonly string[]) => [...new Set(ids.map(endOf))];
  const alsoNamed = [...new Set(stand_ins.map(({ to_id }) => to_id))].filter(
    (id) => named.has(id) && endOf(id) === id,
  );
  const nameOf = (id: string) => stand_ins.find(({ to_id }) => to_id === id)!.via.at(-1)!;
  return {
    ...requirement,
    candidates: ends(requirement.candidates),
    required_roles: requirement.required_roles.map((role) => ({ ...role, members: ends(role.members) })),
    stand_ins: [...alsoNamed.map((id) => ({ owner_id: id, to_id: id, via: [nameOf(id)] })), ...stand_ins],
  };
}

/** "Alice and Bob leave it to Carol, who counts once": why there are fewer people than were named. Empty where none are. */
export function sharedEnds(requirement: Requirement): string[] {
  const byEnd = new Map<string, StandIn[]>();
  for (const one of requirement.stand_ins ?? []) {
    // Who passed it on since is no end any more.
    if (requirement.candidates.includes(one.to_id))
      byEnd.set(one.to_id, [...(byEnd.get(one.to_id) ?? []), one]);
  }
  const endOf = (group: readonly StandIn[]) => group[0]!.via.at(-1)!;
  const groups = [...byEnd.values()].filter((group) => group.length > 1);
  return groups
    .sort((a, b) => byName(endOf(a), endOf(b)))
    .map((group) => {
      const owners = group.filter((one) => one.owner_id !== one.to_id).map(({ via }) => via[0]!);
      owners.sort(byName);
      const verb = owners.length === 1 ? "leaves" : "leave";
      const also = owners.length < group.length ? "is asked anyway and " : "";
      return `${joined(owners)} ${verb} it to ${endOf(group)}, who ${also}counts once`;
    });
}

/**
 * The requirement as it counts approvals that were given before: an approver is listed wherever somebody is for whom
 * they answered then, though the delegation may have ended since. Each approver is still one voice.
 */
export function withAnswersFor(
  requirement: Requirement,
  approvals: readonly { reviewer_id: string; stands_for: readonly string[] }[],
): Requirement {
  const widened = (ids: readonly string[]) => {
    const listed = new Set(ids);
    const added = approvals.filter(({ stands_for }) => stands_for.some((id) => listed.has(id)));
    return [...new Set([...ids, ...added.map(({ reviewer_id }) => reviewer_id)])];
  };
  return {
    ...requirement,
    candidates: widened(requirement.candidates),
    required_roles: requirement.required_roles.map((role) => ({ ...role, members: widened(role.members) })),
  };
}

/** As people sort names; ids say nothing to them. */
const byName = new Intl.Collator("en", { numeric: true }).compare;

function joined(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
