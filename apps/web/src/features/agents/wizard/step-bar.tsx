import clsx from "clsx";
import { Check, CircleAlert } from "lucide-react";
import { STEP_NUMBERS, STEPS, type Step } from "../form/step-rules.ts";

type Props = {
  step: Step;
  /** The furthest step that was opened: those up to it can be gone to. */
  reached: Step;
  /** Steps that something is wrong with. */
  troubled: ReadonlySet<number>;
  go: (step: Step) => void;
};

/** Where one is of the five, what is done and what is to be mended. */
export function StepBar({ step, reached, troubled, go }: Props) {
  return (
    <nav aria-label="Steps">
      <p className="mb-2 font-medium text-ink-2 lg:hidden">
        <span className="num">
          Step {step} of {STEP_NUMBERS.length}
        </span>{" "}
        · {STEPS[step].name}
      </p>
      <ol className="flex gap-1.5 lg:flex-col lg:gap-0.5">
        {STEP_NUMBERS.map((each) => {
          const isNow = each === step;
          const isOpen = each <= reached;
          const isTroubled = isOpen && !isNow && troubled.has(each);
          const isDone = isOpen && !isNow && each < reached && !isTroubled;
          return (
            <li key={each} className="max-lg:flex-1">
              <button
                type="button"
                disabled={!isOpen}
                aria-current={isNow ? "step" : undefined}
                onClick={() => go(each)}
                className={clsx(
                  "flex w-full items-center gap-2.5 rounded-md py-1.5 text-left max-lg:h-7 max-lg:py-0 lg:px-2",
                  isNow ? "font-semibold lg:bg-accent-soft" : "enabled:hover:lg:bg-hover",
                  !isOpen && "text-ink-3",
                )}
              >
                <span
                  aria-hidden
                  className={clsx(
                    "h-1.5 w-full rounded-full lg:hidden",
                    isTroubled ? "bg-bad" : isNow || isDone ? "bg-accent" : "bg-line-strong",
                  )}
                />
                <span
                  aria-hidden
                  className={clsx(
                    "num grid size-5.5 shrink-0 place-items-center rounded-full border text-xs font-semibold max-lg:hidden",
                    isTroubled
                      ? "border-bad-line bg-bad-soft text-bad"
                      : isNow
                        ? "border-accent bg-accent text-accent-ink"
                        : isDone
                          ? "border-accent-line bg-accent-soft text-accent"
                          : "border-line-strong text-ink-3",
                  )}
                >
                  {isTroubled ? <CircleAlert size={13} /> : isDone ? <Check size={13} /> : each}
                </span>
                <span className="max-lg:sr-only">{STEPS[each].name}</span>
                {isTroubled && <span className="sr-only">: something to mend</span>}
                {isDone && <span className="sr-only">: done</span>}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
