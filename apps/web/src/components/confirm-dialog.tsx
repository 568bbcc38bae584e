import type { ReactNode } from "react";
import { FormProblem } from "#components/form-problem.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog, DialogActions } from "#components/ui/dialog.tsx";
import { useCommand } from "#lib/use-command.ts";

type Props = {
  title: string;
  /** What follows from it. */
  children: ReactNode;
  action: string;
  danger?: boolean;
  run: () => Promise<unknown>;
  /** Runs after it was done, before the dialog closes. */
  done?: () => void;
  /** What comes of it takes this dialog's place: it is not closed when it was done. */
  isFollowed?: boolean;
  close: () => void;
};

/** Asks once more, says what follows, and shows here what went wrong. */
export function ConfirmDialog(props: Props) {
  const { title, children, action, danger, run, done, isFollowed, close } = props;
  const command = useCommand(run, () => {
    done?.();
    if (!isFollowed) close();
  });
  return (
    <Dialog title={title} close={close} busy={command.busy}>
      <div className="text-ink-2">{children}</div>
      <FormProblem command={command} />
      <DialogActions>
        <Button disabled={command.busy} onClick={close}>
          Cancel
        </Button>
        <Button
          look={danger ? "danger" : "primary"}
          acts
          busy={command.busy}
          onClick={() => void command.send()}
        >
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
