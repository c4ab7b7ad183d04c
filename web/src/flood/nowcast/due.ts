/** When the next forecast is to be asked for, and from when on one is old. */

const SOONEST_MS = 5_000;
const LATEST_MS = 600_000;
/** While nobody knows how often a forecast is made. */
const USUAL_MS = 30_000;
/** A forecast is reckoned, written and sent: it comes a moment after its time. */
const AFTER_MS = 3_000;
/** So many cycles may be missed; a busy machine misses one. */
const MISSED = 3;
const OLD_MS = 1_800_000;

/** How often forecasts are made: as the server says, else as two that followed one another tell. */
export function cycleOf(told_min: number | undefined, issued: number, before: number | undefined): number | undefined {
  if (told_min !== undefined && told_min > 0) return told_min * 60_000;
  return before !== undefined && before < issued ? issued - before : undefined;
}

/** How long to wait before it is asked again. */
export function waitFor(issued: number | undefined, cycle_ms: number | undefined, now: number): number {
  if (issued === undefined || cycle_ms === undefined) return USUAL_MS;
  const left = issued + cycle_ms + AFTER_MS - now;
  // It is late: it is asked for now and again, and not more often than it would come.
  if (left <= 0) return clamp(Math.min(cycle_ms, USUAL_MS));
  return clamp(left);
}

/** Whether new forecasts have not come for so long that this one is not of now. */
export function isOld(issued: number, cycle_ms: number | undefined, now: number): boolean {
  return now - issued > Math.max(OLD_MS, MISSED * (cycle_ms ?? 0));
}

const clamp = (wait_ms: number): number => Math.min(LATEST_MS, Math.max(SOONEST_MS, wait_ms));
