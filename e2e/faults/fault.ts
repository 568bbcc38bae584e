import type { Violation } from "@ade/testkit/lock-history/check";
import type { SeededRandom } from "@ade/testkit/seeded-random";
import type { House, HouseOptions } from "./house.ts";
import type { LockLoad } from "./lock-load.ts";
import type { TaskLoad } from "./task-load.ts";

/** What a fault is given to do its harm with. */
export type Scene = {
  house: House;
  random: SeededRandom;
  /** The load of locks, whose history it may add to. */
  locks: LockLoad;
  /** The load of tasks, beside which others can be proposed. */
  tasks: TaskLoad;
  /** Milliseconds of the specification as long as this run makes them. */
  scaled(ms: number): number;
  /** Names of this run's own resources begin with it. */
  name: string;
  /** Something that must not be; said with the run. */
  complain(sentence: string): void;
  /** A figure that the run's line shows. */
  show(figure: string): void;
};

/** `late-effect`: an effect under an older token, at a recording sink that refuses nothing, as a fence would. */
export type BrokenRule = Violation["rule"] | "late-effect";

export type Fault = {
  /** kebab-case, for `--fault` */
  name: string;
  /** One line for `--list`. */
  about: string;
  house?: HouseOptions;
  /** Redis forgets: queues promise no order through it. */
  loses?: boolean;
  /** Who waits may be told nothing for longer than a turn lasts (5 s), and then stands at the end again. */
  unheard?: boolean;
  /** Rules of the history that this very fault breaks from outside, where only the fence is left. */
  breaks?: readonly BrokenRule[];
  /** Tasks may end as failures, without an effect. */
  mayFail?: boolean;
  /** The sink says done and did nothing: what nobody can know. Still no effect is there twice. */
  lies?: boolean;
  /** What keeps it from being run here, in words; null where it can be. */
  cannotRun?: () => string | null;
  /** Does the harm and undoes it. */
  run(scene: Scene): Promise<void>;
};

/** So long, not to be shortened by anything. */
export const lasting = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
