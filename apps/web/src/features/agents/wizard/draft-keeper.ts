import { type Problem, toProblem } from "#lib/problem.ts";
import type { AgentDraft, DraftData } from "../agent-types.ts";

export type Keeping = {
  state: "idle" | "saving" | "saved" | "waiting" | "refused" | "overtaken";
  problem?: Problem;
};
type Content = { step: number; data: DraftData };
type Doors = {
  create: () => Promise<AgentDraft>;
  save: (draft: { id: string; version: number } & Content) => Promise<AgentDraft>;
  /** Resolves when it is worth trying again. */
  pause: () => Promise<void>;
  tell: (keeping: Keeping, draft: AgentDraft | null) => void;
};

/**
 * Keeps a draft on the server as it is written: made with the first content, one save at a time, always with the latest
 * content, again and again while the server is away. Ends where another window has saved meanwhile, or on refusal.
 */
export function createDraftKeeper(doors: Doors, opened: AgentDraft | null) {
  let draft = opened;
  let next: Content | null = null;
  let running: Promise<AgentDraft> | null = null;
  let isClosed = false;

  async function run(): Promise<AgentDraft> {
    while (next && !isClosed) {
      const content: Content = next;
      next = null;
      doors.tell({ state: "saving" }, draft);
      try {
        draft ??= await doors.create();
        draft = await doors.save({ id: draft.id, version: draft.version, ...content });
      } catch (thrown) {
        const problem = toProblem(thrown);
        if (!problem.isAway) {
          doors.tell({ state: problem.status === 409 ? "overtaken" : "refused", problem }, draft);
          throw problem;
        }
        next ??= content;
        doors.tell({ state: "waiting", problem }, draft);
        await doors.pause();
      }
    }
    if (!draft) throw new Error("Nothing was kept.");
    doors.tell({ state: "saved" }, draft);
    return draft;
  }

  return {
    /** Saves what is there now; answers the draft with all that was put until then. Throws Problem. */
    put(content: Content): Promise<AgentDraft> {
      next = content;
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
    /** Nothing is saved from now on. */
    close() {
      isClosed = true;
      next = null;
    },
  };
}
