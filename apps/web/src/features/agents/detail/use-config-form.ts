import { useEffect, useState } from "react";
import { type Resolver, useForm, useWatch } from "react-hook-form";
import type { Agent } from "../agent-types.ts";
import {
  type AgentForm,
  AT_ONCE,
  changedFields,
  formOf,
  REVIEWED,
  rebased,
  savedOver,
} from "../form/agent-form.ts";

const isReviewed: ReadonlySet<keyof AgentForm> = new Set(REVIEWED);

export type ConfigForm = ReturnType<typeof useConfigForm>;

/** The server's own rules; they are loaded with the panel, not with the page. */
const resolver: Resolver<AgentForm, { steps: readonly (1 | 2 | 3 | 4 | 5)[] }> = async (...asked) =>
  (await import("../form/step-rules.ts")).stepResolver(...asked);

/**
 * What is typed of an agent's configuration, kept above the tabs so that looking elsewhere loses none of it. A version
 * that is stored meanwhile moves under it field by field; `clashes` names what was changed on both sides.
 */
export function useConfigForm(agent: Agent) {
  const [opened, setOpened] = useState(agent);
  const [clashes, setClashes] = useState<readonly (keyof AgentForm)[]>([]);
  const form = useForm<AgentForm, { steps: readonly (1 | 2 | 3 | 4 | 5)[] }>({
    mode: "onTouched",
    defaultValues: formOf(agent),
    resolver,
  });
  const values = useWatch({ control: form.control }) as AgentForm;
  const changed = changedFields(formOf(opened), values);
  const reviewed = REVIEWED.filter((field) => changed.has(field));
  const atOnce = AT_ONCE.filter((field) => changed.has(field));
  const take = (fields: Partial<AgentForm>) => {
    for (const [field, value] of Object.entries(fields)) form.setValue(field as keyof AgentForm, value);
  };

  const isOvertaken = agent.version > opened.version;
  useEffect(() => {
    if (!isOvertaken) return;
    const moved = rebased(formOf(opened), form.getValues(), formOf(agent), clashes);
    take(moved.taken);
    setClashes(moved.clashes);
    setOpened(agent);
  });

  return {
    form,
    opened,
    values,
    changed,
    reviewed,
    atOnce,
    clashes: clashes.filter((field) => changed.has(field)),
    isChanged: reviewed.length + atOnce.length > 0,
    /** Everything as it is stored. */
    revert() {
      setClashes([]);
      form.reset(formOf(opened));
    },
    /** What is reviewed was proposed: it is as it is stored until it holds, and the rest stays as it was typed. */
    proposed() {
      const stored = formOf(opened);
      take(Object.fromEntries(REVIEWED.map((field) => [field, stored[field]])));
      setClashes((before) => before.filter((field) => !isReviewed.has(field)));
    },
    /** `sent` was stored: what was typed since then stays, and so does what is still to be proposed. */
    saved(stored: Agent, sent: AgentForm) {
      take(rebased(savedOver(formOf(opened), sent), form.getValues(), formOf(stored)).taken);
      setClashes((before) => before.filter((field) => isReviewed.has(field)));
      setOpened(stored);
    },
  };
}
