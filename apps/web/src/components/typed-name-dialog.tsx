import { type ReactNode, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Dialog, DialogActions } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";

type Props = {
  title: string;
  description: ReactNode;
  /** What has to be typed. */
  name: string;
  action: string;
  danger?: boolean;
  /** Further fields; `isReady` says whether they are filled. */
  children?: ReactNode;
  isReady?: boolean;
  busy?: boolean;
  close: () => void;
  confirm: () => void;
};

/** Something that cannot be taken back easily: done only after its name was typed. */
export function TypedNameDialog(props: Props) {
  const { title, description, name, action, danger, children, isReady = true, busy, close, confirm } = props;
  const [typed, setTyped] = useState("");
  const matches = typed.trim() === name;
  return (
    <Dialog title={title} description={description} close={close}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (matches && isReady) confirm();
        }}
      >
        {children}
        <Field label="Type its name to go on" hint={<code className="select-all">{name}</code>}>
          {(parts) => (
            <input
              {...parts}
              autoFocus
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              className="field font-mono text-xs!"
            />
          )}
        </Field>
        <DialogActions>
          <Button onClick={close}>Cancel</Button>
          <Button
            type="submit"
            look={danger ? "danger" : "primary"}
            acts
            busy={Boolean(busy)}
            disabled={!matches || !isReady}
          >
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
