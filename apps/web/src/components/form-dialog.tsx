import { type FormEvent, type ReactNode, type Ref, useRef } from "react";
import { FormFoot } from "#components/form-foot.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import { useAway } from "#lib/connection.ts";
import { useKeys } from "#lib/keys.ts";
import type { Command } from "#lib/use-command.ts";

type Submit = {
  label: ReactNode;
  run: () => void;
  danger?: boolean;
  /** It is on its way, where no command says so. */
  busy?: boolean;
  /** What is needed is filled in. */
  isReady?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

type Props = {
  title: string;
  description?: ReactNode;
  /** As the dialog's. */
  form?: "dialog" | "sheet";
  wide?: boolean;
  focusFirst?: string;
  /** Where the server may refuse it while the dialog is open: busy and refusal are shown here. */
  command?: Command;
  submit: Submit;
  /** The word for going back. */
  cancel?: string;
  close: () => void;
  children: ReactNode;
};

/**
 * A form in a dialog: Enter and the registry's key send it, what is refused stands above the buttons, always in view.
 * While it is on its way the dialog stays, for what comes of it.
 */
export function FormDialog(props: Props) {
  const {
    title,
    description,
    form,
    wide,
    focusFirst,
    command,
    submit,
    cancel = "Cancel",
    close,
    children,
  } = props;
  const { label, run, danger, isReady = true, ref } = submit;
  const busy = command?.busy ?? submit.busy ?? false;
  const away = useAway();
  const body = useRef<HTMLFormElement>(null);
  const send = () => {
    if (!isReady || busy || away) return;
    // What a field cannot read it hands on as nothing: it must not be sent as if it had been left out.
    const unread = [...(body.current?.elements ?? [])].find(isUnread);
    if (unread) unread.reportValidity();
    else run();
  };
  useKeys({ submit: send });
  return (
    <Dialog
      title={title}
      description={description}
      close={close}
      busy={busy}
      {...(form && { form })}
      {...(wide && { wide })}
      {...(focusFirst && { focusFirst })}
    >
      <form
        ref={body}
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          send();
        }}
      >
        {children}
        <FormFoot command={command}>
          <Button disabled={busy} onClick={close}>
            {cancel}
          </Button>
          <Button
            {...(ref && { ref })}
            type="submit"
            look={danger ? "danger" : "primary"}
            acts
            busy={busy}
            disabled={!isReady}
          >
            {label} <KeyOf of="submit" className={danger ? "" : "border-current! text-current! opacity-70"} />
          </Button>
        </FormFoot>
      </form>
    </Dialog>
  );
}

const isUnread = (element: Element): element is HTMLInputElement =>
  element instanceof HTMLInputElement && element.validity.badInput;
