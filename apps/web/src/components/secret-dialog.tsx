import type { ReactNode } from "react";
import { SecretOnce } from "#components/secret-once.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog, DialogActions } from "#components/ui/dialog.tsx";

type Props = {
  title: string;
  description?: string;
  /** What it is, as a label: "API key". */
  label: string;
  value: string;
  /** What it is for, and where it belongs. */
  children?: ReactNode;
  close: () => void;
};

/** What the server tells only once. No slip of the hand closes it: only the word that it is stored does. */
export function SecretDialog({ title, description, label, value, children, close }: Props) {
  return (
    <Dialog title={title} description={description} close={close} isHeld>
      <SecretOnce label={label} value={value}>
        {children}
      </SecretOnce>
      <DialogActions>
        <Button look="primary" onClick={close}>
          I have stored it
        </Button>
      </DialogActions>
    </Dialog>
  );
}
