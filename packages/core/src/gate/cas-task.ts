type Place = (value: unknown) => string;

/**
 * The compare-and-swap on a task's row: raises `version`, sets columns, answers one row if nobody was faster.
 * `set` holds `column = expression` parts; a change of state also restarts `state_since`.
 */
export function casTask(
  place: Place,
  task: { id: string; version: number },
  set: readonly string[],
  movesState: boolean,
): string {
  const columns = [...set, "version = version + 1", "updated_at = now()"];
  if (movesState) columns.push("state_since = now()");
  return `guard AS (UPDATE task SET ${columns.join(", ")}
    WHERE id = ${place(task.id)}::uuid AND version = ${place(task.version)}::int RETURNING id, version)`;
}
