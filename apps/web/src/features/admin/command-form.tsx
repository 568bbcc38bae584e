import type { CommandEntry, CommandList } from "@ade/core/executors/adapters/command/schema";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { ChipsRow } from "#components/ui/chips-row.tsx";
import { AreaRow, SelectRow, TextRow } from "#components/ui/field-row.tsx";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";
import {
  type CommandDraft,
  DraftProblem,
  definitionOfDraft,
  draftOfCommand,
  EMPTY_COMMAND,
} from "./command-draft.ts";

type Props = {
  /** null for a new one. */
  entry: CommandEntry | null;
  /** What a new one can start from, or what an older version was. */
  start: CommandDraft | null;
  shipped: CommandList["shipped"];
  done: () => void;
  close: () => void;
};

type TextKey = Exclude<keyof CommandDraft, "types" | "retry">;

/** A new command, or the next version of one. Vectors stand with one element a line. */
export function CommandForm({ entry, start, shipped, done, close }: Props) {
  const [draft, setDraft] = useState<CommandDraft>(
    start ?? (entry ? draftOfCommand(entry.definition) : EMPTY_COMMAND),
  );
  const [unread, setUnread] = useState<DraftProblem | null>(null);
  const set = (change: Partial<CommandDraft>) => setDraft({ ...draft, ...change });
  const command = useCommand(
    () => {
      const definition = definitionOfDraft(draft);
      return entry?.version
        ? api.commands.update.mutate({ ...definition, expected_version: entry.version })
        : api.commands.create.mutate(definition);
    },
    () => {
      done();
      close();
    },
    { COMMAND_EXISTS: "name", COMMAND_IN_FILE: "name" },
  );
  const send = () => {
    try {
      definitionOfDraft(draft);
      setUnread(null);
    } catch (error) {
      if (!(error instanceof DraftProblem)) throw error;
      setUnread(error);
      return;
    }
    void command.send();
  };
  const text = (
    key: TextKey,
    label: string,
    more: { hint?: string; rows?: number; code?: boolean; optional?: boolean; placeholder?: string } = {},
  ) => {
    const { code, rows, ...row } = more;
    const shared = {
      ...row,
      label,
      error: unread?.field === key ? unread.message : command.issueOf(key),
      isCode: code === true || rows !== undefined,
      spellCheck: false,
      value: draft[key],
    };
    return rows ? (
      <AreaRow {...shared} rows={rows} onChange={(event) => set({ [key]: event.target.value })} />
    ) : (
      <TextRow
        {...shared}
        disabled={key === "name" && entry !== null}
        onChange={(event) => set({ [key]: event.target.value })}
      />
    );
  };
  return (
    <FormDialog
      title={entry ? `Edit ${entry.definition.name}` : "New command"}
      description={
        entry
          ? "Tasks that were approved before go back to review."
          : "A program that tasks may run. They choose it by name; they can never write one."
      }
      close={close}
      wide
      command={command}
      submit={{
        label: entry ? "Save" : "Add command",
        isReady: [draft.name, draft.directory, draft.plan, draft.apply].every((each) => each.trim() !== ""),
        run: send,
      }}
    >
      {!entry && (
        <SelectRow
          label="Start from"
          hint="What ships needs only its folder."
          onChange={(event) => {
            const found = shipped.find(({ name }) => name === event.target.value);
            setDraft(found ? draftOfCommand(found) : EMPTY_COMMAND);
          }}
        >
          <option value="">Nothing</option>
          {shipped.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </SelectRow>
      )}
      <div className="grid gap-3 sm:grid-cols-2">
        {text("name", "Name", { code: true, hint: "What tasks choose it by." })}
        {text("title", "Title", { optional: true })}
      </div>
      {text("description", "Description", { optional: true, hint: "For those who write tasks." })}
      {text("directory", "Folder", {
        code: true,
        hint: "Where its programs run, on every worker.",
        placeholder: "/srv/infra",
      })}
      {text("plan", "Plan", {
        rows: 4,
        hint: "One element a line. Says what would happen; its output is the diff. {stash} is a private folder.",
        placeholder: "terraform\nplan\n-out={stash}/plan",
      })}
      {text("apply", "Apply", { rows: 4, placeholder: "terraform\napply\n{stash}/plan" })}
      {text("rollback", "Rollback", { rows: 3, optional: true })}
      {text("parameters", "Arguments", {
        rows: 4,
        optional: true,
        hint: "JSON Schema. Each becomes {name} in the lines above.",
        placeholder: '{ "properties": { "size": { "type": "integer" } }, "required": ["size"] }',
      })}
      {text("environment", "Environment", {
        rows: 2,
        optional: true,
        hint: "NAME=value, one a line. Secrets as secret://name.",
      })}
      <details className="group">
        <summary className="flex h-7 items-center font-semibold">Types, resources, exit codes, retry</summary>
        <div className="mt-2 flex flex-col gap-3">
          <ChipsRow
            label="Task types"
            optional
            hint="Only these may choose it. Policies look at types."
            error={command.issueOf("types")}
            value={draft.types}
            onChange={(types) => set({ types })}
            placeholder="terraform.apply"
          />
          {text("resources", "What it touches", {
            rows: 3,
            optional: true,
            hint: "JSON, a list of resources. Without it, itself: it never runs twice at once.",
          })}
          {text("volatile", "Lines without meaning", {
            rows: 3,
            optional: true,
            hint: "Whole lines of the plan's output that are not compared, one a line. * is anything.",
          })}
          <div className="grid gap-3 sm:grid-cols-2">
            {text("plan_exit_codes", "Good exit codes of the plan", {
              code: true,
              hint: "With others beside 0, 0 says that nothing is left to do.",
            })}
            <SelectRow
              label="After an interruption"
              error={command.issueOf("retry")}
              value={draft.retry}
              onChange={(event) => set({ retry: event.target.value as CommandDraft["retry"] })}
            >
              <option value="never">Never try again; a person looks</option>
              <option value="safe">Plan again and go on</option>
            </SelectRow>
          </div>
        </div>
      </details>
    </FormDialog>
  );
}
