import { ConnectionFields } from "../form/connection-fields.tsx";
import { ConnectionTest } from "../form/connection-test.tsx";
import { IdentityFields } from "../form/identity-fields.tsx";
import { InstructionFields, MemoryFields } from "../form/instruction-fields.tsx";
import { LimitFields, ParameterFields } from "../form/limit-fields.tsx";
import { ModelPicker } from "../form/model-picker.tsx";
import { ScopeFields } from "../form/scope-fields.tsx";
import { ToolFields } from "../form/tool-fields.tsx";
import { ReviewedNote } from "./propose-dialog.tsx";

type Props = {
  part: "settings" | "system" | "tools" | "environment";
  agentId: string;
  mayManage: boolean;
  isAdmin: boolean;
};

/** The fields of a part; to be read only for those who neither own the agent nor are admins. */
export function ConfigFields({ part, agentId, mayManage, isAdmin }: Props) {
  return (
    <>
      {!mayManage && <p className="text-ink-3">Its owner and admins change these.</p>}
      {part === "settings" && (
        <>
          <IdentityFields isNew={false} />
          <ConnectionFields mayCommand={isAdmin} />
          {mayManage && <ConnectionTest agentId={agentId} />}
          <ModelPicker />
        </>
      )}
      {part === "system" && (
        <>
          <InstructionFields />
          <MemoryFields />
        </>
      )}
      {part === "tools" && (
        <>
          <ReviewedNote />
          <ScopeFields />
          <ToolFields />
        </>
      )}
      {part === "environment" && (
        <>
          <ReviewedNote />
          <LimitFields />
          <ParameterFields />
        </>
      )}
    </>
  );
}
