import type { Effect } from "@ade/core/policies/schema";

export type EffectWords = { text: string; tone: "plain" | "warn" | "bad" };

const tasks = (count: number) => (count === 1 ? "1 task" : `${count} tasks`);

/** The effect in sentences, what is worst first. */
export function effectWords(effect: Effect): EffectWords[] {
  const words: EffectWords[] = [];
  const say = (count: number, tone: EffectWords["tone"], text: string) => {
    if (count > 0) words.push({ text, tone });
  };
  const { impossible_more, impossible_fewer, asked_more, asked_fewer, waived_more, waived_fewer } = effect;
  const { approvals_more, approvals_fewer, held_more, held_fewer } = effect;
  say(impossible_more, "bad", `${tasks(impossible_more)} could never be approved`);
  say(waived_more, "warn", `${tasks(waived_more)} more would have approved themselves`);
  say(asked_more, "plain", `${asked_more} more people would have been asked`);
  say(asked_fewer, "plain", `${asked_fewer} fewer people would have been asked`);
  say(approvals_more, "plain", `${approvals_more} more approvals would have been needed`);
  say(approvals_fewer, "warn", `${approvals_fewer} fewer approvals would have been needed`);
  say(waived_fewer, "plain", `${tasks(waived_fewer)} fewer would have approved themselves`);
  say(held_more, "plain", `${tasks(held_more)} more would have waited for a freeze`);
  say(held_fewer, "plain", `${tasks(held_fewer)} fewer would have waited for a freeze`);
  say(impossible_fewer, "plain", `${tasks(impossible_fewer)} that could never be approved now can`);
  if (words.length > 0) return words;
  const fits = effect.fits_after;
  return [
    {
      text:
        fits === 0
          ? `It fits none of the last ${effect.tasks} tasks`
          : `It fits ${fits} of the last ${effect.tasks} tasks, and nothing changes for them`,
      tone: "plain",
    },
  ];
}
