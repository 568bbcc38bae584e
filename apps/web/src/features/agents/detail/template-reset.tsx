import { useQuery } from "@tanstack/react-query";
import { useFormContext } from "react-hook-form";
import { toast } from "#components/ui/toast.ts";
import type { Template } from "../agent-types.ts";
import { type AgentForm, byName } from "../form/agent-form.ts";
import { agentQueries } from "../queries.ts";

/** Puts what a template says into the form: instructions, and tools and model calls where it names them. */
export function TemplateReset() {
  const { setValue } = useFormContext<AgentForm>();
  const catalogue = useQuery(agentQueries.catalogue());
  const templates = catalogue.data?.templates ?? [];
  if (templates.length === 0) return null;
  const apply = ({ name, instructions, tools, parameters }: Template) => {
    setValue("instructions", instructions, { shouldDirty: true });
    if (tools) setValue("tools", [...tools].sort(byName), { shouldDirty: true });
    if (parameters) {
      const { temperature = null, max_tokens = null, context_window = null } = parameters;
      setValue("parameters", { temperature, max_tokens, context_window }, { shouldDirty: true });
    }
    toast({ text: `“${name}” is in the form`, detail: "Nothing is stored until you save." });
  };
  return (
    <select
      aria-label="Reset to a template"
      value=""
      onChange={(event) => {
        const template = templates.find(({ id }) => id === event.target.value);
        if (template) apply(template);
      }}
      className="field w-auto!"
    >
      <option value="">Reset to template…</option>
      {templates.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
