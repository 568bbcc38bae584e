// The slice's door: where requests may go, and going there and nowhere else.
export { parseAllowList, placeOf, type ReachRules, reach, resolveByDns, Unreachable } from "./reach.ts";
export { type Answer, NotAnswered, reasonOf, send } from "./send.ts";
