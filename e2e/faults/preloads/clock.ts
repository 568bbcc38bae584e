/** Loaded into a process before the product: its wall clock, and only that, is off by ADE_FAULT_CLOCK_MS. */
const off_ms = Number(process.env.ADE_FAULT_CLOCK_MS);
const RealDate = Date;

class ShiftedDate extends RealDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [RealDate.now() + off_ms] : given) as [number]));
  }

  static override now(): number {
    return RealDate.now() + off_ms;
  }
}
globalThis.Date = ShiftedDate as DateConstructor;
