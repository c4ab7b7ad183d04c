/** The state of all things at an instant: what came last of each datastream. */

import type { Heard, Reading, Snapshot, Thing, Vehicle } from './model.ts';

/** Keeps the newest reading of every datastream. It draws nothing and asks nobody. */
export class LiveStore {
  private things = new Map<number, Thing>();
  private latest_ms: number | undefined;

  /** Every thing, in no order. */
  get all(): Iterable<Thing> {
    return this.things.values();
  }

  get size(): number {
    return this.things.size;
  }

  /** The newest time of any reading. */
  get latest(): number | undefined {
    return this.latest_ms;
  }

  thing(id: number): Thing | undefined {
    return this.things.get(id);
  }

  /** Forgets everything and takes over a snapshot. */
  reset(snapshot: Snapshot): void {
    this.latest_ms = undefined;
    this.things = new Map();
    this.take(snapshot);
  }

  /**
   * Takes over a snapshot of all that is to be shown. It may have been made before events that were
   * heard meanwhile, so of each datastream the later reading stays.
   */
  take({ things }: Snapshot): void {
    const known = this.things;
    this.things = new Map();
    for (const thing of things) {
      const before = known.get(thing.id)?.readings ?? [];
      const readings = thing.readings.map((reading) => newer(reading, before.find(isOf(reading.datastream))));
      this.things.set(thing.id, { ...thing, readings });
      for (const { time } of readings) this.note(time);
    }
  }

  /**
   * Takes over what was heard; says whether anything of it is seen. What is not known here lies
   * outside the view. Late data, older than what stands, changes nothing: the chart has it.
   */
  hear(heard: readonly Heard[]): boolean {
    let isSeen = false;
    for (const each of heard) {
      const thing = this.things.get(each.thing);
      const reading = thing?.readings.find(isOf(each.datastream));
      if (!thing || !reading || each.time < (reading.time ?? -Infinity)) continue;
      const { result, time, grade, flags, alarm } = each;
      const next: Reading = { ...reading, result, time, grade, flags, alarm };
      const readings = thing.readings.map((other) => (other === reading ? next : other));
      this.things.set(thing.id, { ...thing, readings });
      this.note(time);
      isSeen = true;
    }
    return isSeen;
  }

  /** Takes over where things have moved to; says whether anything of it is seen. */
  move(vehicles: readonly Vehicle[]): boolean {
    let isSeen = false;
    for (const { thing: id, place } of vehicles) {
      const thing = this.things.get(id);
      if (!thing) continue;
      this.things.set(id, { ...thing, place });
      isSeen = true;
    }
    return isSeen;
  }

  private note(time: number | undefined): void {
    if (time !== undefined && time > (this.latest_ms ?? -Infinity)) this.latest_ms = time;
  }
}

const isOf = (datastream: number) => (reading: Reading): boolean => reading.datastream === datastream;

function newer(a: Reading, b: Reading | undefined): Reading {
  if (!b || (b.time ?? -Infinity) <= (a.time ?? -Infinity)) return a;
  const { result, time, grade, flags, alarm } = b;
  return { ...a, result, time, grade, flags, alarm };
}
