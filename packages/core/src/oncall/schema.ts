import { z } from "zod";

const note = z
  .string()
  .trim()
  .max(200)
  .regex(/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]*$/u, "must not contain control or direction characters");
const moment = z.iso.datetime({ offset: true });

/** From one moment until another somebody is on call; several can be at once. */
export const shiftInput = z.strictObject({
  user_id: z.uuid(),
  starts_at: moment,
  ends_at: moment,
  note: note.optional(),
});
export type ShiftInput = z.infer<typeof shiftInput>;

export const shiftEntry = z.strictObject({
  id: z.uuid(),
  user_id: z.uuid(),
  user_name: z.string(),
  starts_at: z.string(),
  ends_at: z.string(),
  note: z.string().nullable(),
  /** Running now. */
  now: z.boolean(),
});
export type ShiftEntry = z.infer<typeof shiftEntry>;

/** Shifts that touch the time between; from now on where nothing is said. */
export const listShiftsQuery = z.strictObject({ from: moment.optional(), to: moment.optional() });
export type ListShiftsQuery = z.infer<typeof listShiftsQuery>;
export const shiftList = z.strictObject({ shifts: z.array(shiftEntry), server_time: z.string() });
