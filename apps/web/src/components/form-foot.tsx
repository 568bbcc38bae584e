import type { ReactNode } from "react";
import { DialogActions } from "#components/ui/dialog.tsx";
import type { Command } from "#lib/use-command.ts";
import { FormProblem } from "./form-problem.tsx";

/** The end of a form in a dialog: what was refused, and the buttons, in view however long the form is. */
export function FormFoot({ command, children }: { command?: Command | undefined; children: ReactNode }) {
  return (
    <div className="sticky -bottom-4 z-10 -mx-4 -mb-4 border-t border-line bg-raised px-4 pb-4 [&>:last-child]:mt-3">
      {command && <FormProblem command={command} />}
      <DialogActions>{children}</DialogActions>
    </div>
  );
}
