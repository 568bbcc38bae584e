import { createOutputCollector } from "./output.ts";
import type { ApplyContext } from "./port.ts";

/** What an executor says of one run: streamed as it comes, kept bounded for its answer. */
export function createSay(context: Pick<ApplyContext, "output">) {
  const collector = createOutputCollector();
  const show = (text: string) => void (text && context.output(text));
  return {
    say: (text: string) => show(collector.push(text)),
    /** Nothing follows: what apply and rollback answer. */
    end(): { output: string } {
      show(collector.end());
      return { output: collector.text() };
    },
  };
}
