import { type ReactNode, useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { TextRow } from "#components/ui/field-row.tsx";

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
    <FormDialog
      title={title}
      description={description}
      submit={{
        label: action,
        danger: danger ?? false,
        busy: busy ?? false,
        isReady: matches && isReady,
        run: confirm,
      }}
      close={close}
    >
      {children}
      <TextRow
        label="Type its name to go on"
        hint={<code className="select-all">{name}</code>}
        isCode
        autoFocus
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </FormDialog>
  );
}
