/**
 * Whether two addresses show the same: one path and, where what is shown hangs on a parameter, the same value of it.
 * Fragments and other parameters tell nothing of it. Pure.
 */
export function isSamePlace(one: string, other: string, parameter?: string): boolean {
  const [here, there] = [one, other].map((address) => new URL(address, "http://host"));
  if (here?.pathname !== there?.pathname) return false;
  return !parameter || here?.searchParams.get(parameter) === there?.searchParams.get(parameter);
}
