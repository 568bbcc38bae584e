import type { FaultProxy } from "@ade/testkit/fault-proxy";
import { type Fault, lasting, type Scene } from "../fault.ts";

const redisLines = ({ house }: Scene): FaultProxy[] =>
  Object.values(house.residents).map(({ redis }) => redis);

/** Does something to every line to Redis, for a while, some times. */
function onLines(
  spec: Pick<Fault, "name" | "about"> & { times: number; longestMs: number },
  breakIt: (line: FaultProxy, scene: Scene) => void,
  figure: (line: FaultProxy) => [string, number],
): Fault {
  const { name, about, times, longestMs } = spec;
  return {
    name,
    about,
    async run(scene) {
      const lines = redisLines(scene);
      const count = () => lines.reduce((sum, line) => sum + figure(line)[1], 0);
      const before = count();
      for (let round = 0; round < times; round += 1) {
        for (const line of lines) breakIt(line, scene);
        await lasting(scene.random.int(100, longestMs));
        await Promise.all(lines.map((line) => line.heal()));
      }
      scene.show(`${count() - before} ${figure(lines[0]!)[0]}`);
    },
  };
}

export const lineFaults: Fault[] = [
  onLines(
    {
      name: "half-open",
      about: "Connections to Redis lose their other end and are never told",
      times: 1,
      longestMs: 6_000,
    },
    (line) => line.abandon(),
    ({ counts }) => ["connections", counts.connections],
  ),
  onLines(
    { name: "latency", about: "Redis answers 50 ms late, with 100 ms of jitter", times: 1, longestMs: 4_000 },
    (line) => line.delay({ latency_ms: 50, jitter_ms: 100 }),
    ({ counts }) => ["connections", counts.connections],
  ),
  onLines(
    {
      name: "reset-mid-answer",
      about: "Connections to Redis are reset in the middle of an answer",
      times: 6,
      longestMs: 500,
    },
    (line, { random }) => line.tearAnswers({ count: random.int(1, 3) }),
    ({ counts }) => ["answers torn", counts.answers_torn],
  ),
  onLines(
    { name: "answer-lost", about: "Scripts run and their answers never come", times: 6, longestMs: 500 },
    (line, { random }) => line.loseAnswers({ count: random.int(1, 3), matching: "evalsha" }),
    ({ counts }) => ["answers lost", counts.answers_lost],
  ),
  onLines(
    { name: "messages-doubled", about: "Messages to Redis arrive twice", times: 4, longestMs: 800 },
    (line) => line.doubleRequests({ count: 20, matching: "evalsha" }),
    ({ counts }) => ["messages doubled", counts.requests_doubled],
  ),
  onLines(
    {
      name: "messages-reordered",
      about: "Copies of messages arrive behind what was sent later",
      times: 3,
      longestMs: 1_500,
    },
    (line) => line.doubleRequests({ count: 5, matching: "evalsha", late: true }),
    ({ counts }) => ["messages late", counts.requests_doubled],
  ),
  onLines(
    {
      name: "requests-held-up",
      about: "Nothing reaches Redis for a while, and then everything at once",
      times: 1,
      longestMs: 6_000,
    },
    (line) => line.pause("to_server"),
    ({ counts }) => ["connections", counts.connections],
  ),
];
