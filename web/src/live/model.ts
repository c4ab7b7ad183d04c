/** What the live part knows of stations, readings and alerts. Values only; no page, no network. */

import type { Place } from '../app.ts';
import type { Title } from '../i18n/index.ts';

/** What quality control found (QARTOD's primary flag). */
export type Grade = 'good' | 'unchecked' | 'suspect' | 'bad' | 'missing';

/** What a device measured; `null` where it had nothing. */
export type Result = number | boolean | string | null;

/** A threshold that a value has passed. */
export interface Alarm {
  /** 1, 2, 3 for báo động I, II, III; what lies above them is higher. */
  readonly level: number;
  readonly title: Title;
}

/** The newest reading of a datastream. */
export interface Reading {
  readonly datastream: number;
  readonly property: Title;
  readonly unit: string;
  readonly result: Result;
  /** When it was measured, epoch milliseconds; absent where nothing came yet. */
  readonly time: number | undefined;
  readonly grade: Grade;
  /** Names of the tests that it failed. */
  readonly flags: readonly string[];
  readonly alarm: Alarm | undefined;
  /** How often a value is expected, seconds. */
  readonly interval_s: number | undefined;
}

/** A device of the city, with what it last said. */
export interface Thing {
  readonly id: number;
  readonly place: Place;
  readonly name: Title;
  readonly role: string;
  /** The map feature that it is. */
  readonly layer: string;
  readonly feature: string;
  readonly simulated: boolean;
  readonly readings: readonly Reading[];
}

/** All things of a view at one commit of the log. */
export interface Snapshot {
  /** Sequence number of the commit. */
  readonly seq: number | undefined;
  readonly things: readonly Thing[];
}

/** A value that has just become durable. */
export interface Heard {
  readonly thing: number;
  readonly datastream: number;
  readonly time: number;
  readonly result: Result;
  readonly grade: Grade;
  readonly flags: readonly string[];
  readonly alarm: Alarm | undefined;
}

/** Something that moves. */
export interface Vehicle {
  readonly thing: number;
  readonly name: string;
  readonly place: Place;
  /** Clockwise from north, degrees. */
  readonly heading: number | undefined;
  /** Metres a second. */
  readonly speed: number | undefined;
  readonly time: number | undefined;
  readonly simulated: boolean;
}

/** One alarm threshold of a datastream, in its unit. */
export interface Threshold {
  readonly level: number;
  readonly title: Title;
  readonly value: number;
  readonly direction: 'above' | 'below';
  readonly source: string;
}

/** What is said beforehand about a datastream's values. */
export interface Rules {
  readonly interval_s: number | undefined;
  readonly expected: readonly [number | undefined, number | undefined];
  readonly accuracy: number | undefined;
  readonly thresholds: readonly Threshold[];
  readonly simulated: boolean;
}

/** A datastream with its instrument. */
export interface Datastream {
  readonly id: number;
  readonly property: Title;
  readonly unit: string;
  readonly rules: Rules;
  readonly sensor: Title;
  readonly sensorText: string;
  readonly reading: Reading;
}

/** A station as its page shows it. */
export interface Station {
  readonly id: number;
  readonly name: Title;
  readonly description: string;
  readonly role: string;
  readonly layer: string;
  readonly feature: string;
  readonly simulated: boolean;
  readonly place: Place | undefined;
  readonly datastreams: readonly Datastream[];
}

/** What each point of a series stands for. */
export type Resolution = 'raw' | 'minute' | 'hour' | 'day';

/** The values of a datastream over a period; the lists are equally long. */
export interface Series {
  readonly unit: string;
  readonly resolution: Resolution;
  /** Epoch seconds. */
  readonly t: readonly number[];
  readonly value: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly grade: readonly Grade[];
}

export const SEVERITIES = ['extreme', 'severe', 'moderate', 'minor', 'unknown'] as const;
/** CAP 1.2, `severity`. */
export type Severity = (typeof SEVERITIES)[number];

export const ALERT_STATES = ['raised', 'acknowledged', 'escalated', 'cleared'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** One step in the life of an alert. */
export interface Step {
  /** A state of the alert, or another thing that happened to it. */
  readonly kind: string;
  readonly time: number | undefined;
  readonly by: string;
  /** To whom it was passed on. */
  readonly to: string;
  readonly note: string;
}

/** The official disaster-risk level, which is never reckoned here. */
export interface Risk {
  /** 1 to 5. */
  readonly level: number;
  readonly issuer: string;
  readonly number: string;
  readonly issued: number | undefined;
}

/** A warning that holds over an area. */
export interface Alert {
  readonly id: string;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly headline: Title;
  readonly description: Title;
  readonly instruction: Title;
  readonly area: GeoJSON.Geometry | undefined;
  /** Name of the area. */
  readonly place: Title;
  readonly since: number | undefined;
  readonly simulated: boolean;
  /** Not released to the public by a person. */
  readonly isInternal: boolean;
  readonly datastream: number | undefined;
  readonly thing: number | undefined;
  readonly risk: Risk | undefined;
  readonly steps: readonly Step[];
}

/** How the intake of observations does. */
export interface Health {
  /** Why observations cannot be written; empty while they can. */
  readonly problem: string;
  readonly received_per_s: number;
  readonly stored_per_s: number;
  readonly lag_ms: number | undefined;
  readonly queue: { readonly bytes: number; readonly rows: number | undefined; readonly limit: number | undefined };
  readonly stored: number | undefined;
  readonly duplicates: number | undefined;
  readonly revised: number | undefined;
  readonly disk_failures: number | undefined;
  readonly dead_letters: number;
  readonly late: number | undefined;
  readonly refused: number;
  readonly subscribers: number;
  readonly missed: number;
  readonly disk: { readonly used: number | undefined; readonly free: number | undefined };
  readonly sources: readonly Source[] | undefined;
  readonly pollers: readonly Poller[];
  readonly bridges: readonly Bridge[];
}

/** Somebody who sends. */
export interface Source {
  readonly name: string;
  readonly last: number | undefined;
  readonly per_s: number;
}

/** Something that fetches from elsewhere. */
export interface Poller {
  readonly name: string;
  readonly state: string;
  readonly last: number | undefined;
}

/** A way to an outside broker. */
export interface Bridge {
  readonly name: string;
  readonly isConnected: boolean;
  /** Why it is not. */
  readonly trouble: string;
  /** When it was connected last. */
  readonly last: number | undefined;
  readonly received: number;
  readonly sent: number;
}

/** The reading that stands for a thing: the worst alarm, else the first with a value. */
export function chiefReading(thing: Thing): Reading | undefined {
  const alarmed = [...thing.readings].sort((a, b) => (b.alarm?.level ?? 0) - (a.alarm?.level ?? 0))[0];
  if (alarmed?.alarm) return alarmed;
  return thing.readings.find(({ result }) => result !== null) ?? thing.readings[0];
}

/** The highest threshold that a value has passed. */
export function alarmOf(result: Result, thresholds: readonly Threshold[]): Alarm | undefined {
  if (typeof result !== 'number') return undefined;
  const passed = thresholds.filter((each) => isPassed(result, each));
  return passed.reduce<Threshold | undefined>((top, each) => (each.level > (top?.level ?? 0) ? each : top), undefined);
}

/** Whether a value has passed a threshold. */
export function isPassed(value: number, { direction, value: limit }: Threshold): boolean {
  return direction === 'above' ? value >= limit : value <= limit;
}
