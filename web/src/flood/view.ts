/** What of a run the address of the page keeps: `RUN/OUTPUT`, and the minute of a depth. */

export interface FloodView {
  readonly run: string;
  readonly output: string;
  readonly minutes: number;
}

export function viewText({ run, output, minutes }: FloodView): string {
  return output === 'depth' ? `${run}/${output}/${minutes}` : `${run}/${output}`;
}

/** A map of the nowcast that is shown: `nowcast/OUTPUT`. */
export const nowcastText = (output: string): string => `nowcast/${output}`;

export function nowcastIn(text: string): string | undefined {
  return /^nowcast\/([\w-]{1,40})$/.exec(text)?.[1];
}

export function viewFrom(text: string): FloodView | undefined {
  const found = /^(\d{1,15})\/([\w-]{1,40})(?:\/(\d{1,6}))?$/.exec(text);
  const [, run, output, minutes] = found ?? [];
  return run && output ? { run, output, minutes: Number(minutes ?? 0) } : undefined;
}
