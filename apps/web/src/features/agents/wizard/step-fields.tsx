import { ConnectionFields } from "../form/connection-fields.tsx";
import { ConnectionTest } from "../form/connection-test.tsx";
import { IdentityFields } from "../form/identity-fields.tsx";
import { InstructionFields, MemoryFields } from "../form/instruction-fields.tsx";
import { LimitFields, ParameterFields } from "../form/limit-fields.tsx";
import { ModelPicker } from "../form/model-picker.tsx";
import { ScopeFields } from "../form/scope-fields.tsx";
import type { Step } from "../form/step-rules.ts";
import { ToolFields } from "../form/tool-fields.tsx";

/** What a step asks for. */
export function StepFields({ step }: { step: Step }) {
  switch (step) {
    case 1:
      return <IdentityFields isNew />;
    case 2:
      return (
        <>
          <ConnectionFields mayCommand />
          <ConnectionTest />
          <ModelPicker />
        </>
      );
    case 3:
      return (
        <>
          <InstructionFields />
          <MemoryFields />
        </>
      );
    case 4:
      return (
        <>
          <ScopeFields />
          <ToolFields />
        </>
      );
    case 5:
      return (
        <>
          <LimitFields />
          <ParameterFields />
        </>
      );
  }
}
