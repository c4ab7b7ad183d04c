/** What those on duty ask the server: orders to devices, and what could not be recorded. */

import { getJson, request } from '../api/http.ts';
import { list, record, text } from '../api/read.ts';
import { bearer } from './rights.ts';
import { instantOf, numberOf } from './wire.ts';

/** An order to devices. */
export interface Order {
  readonly id: number;
  readonly requester: string;
  readonly reason: string;
  readonly requested: number | undefined;
  readonly expires: number | undefined;
  /** What lamps are told, percent. */
  readonly dim: number | undefined;
  /** For how many devices. */
  readonly devices: number;
  /** How many of its commands stand where. */
  readonly states: Readonly<Record<string, number>>;
}

/** What somebody wants of lamps. */
export interface NewOrder {
  /** Those of a cabinet, or these capabilities. */
  readonly targets: { readonly cabinet: string } | { readonly capabilities: readonly number[] };
  readonly dim: number;
  readonly reason: string;
  /** How long it may take until a lamp answers, seconds. */
  readonly ttl_s: number;
  /** The same key is the same order, also when the answer to it was lost. */
  readonly key: string;
}

/** What could not be recorded. */
export interface Letter {
  readonly id: number;
  readonly received: number | undefined;
  readonly source: string;
  readonly message: string;
  readonly excerpt: string;
  readonly isRedriven: boolean;
}

/** What became of letters that were sent again. */
export interface Redriven {
  readonly recorded: number;
  readonly refused: number;
}

/** What the server's own table of devices calls the dimming of a lamp. */
const DIM = 'Đặt mức sáng';
/** Things of one question, so that its address stays short. */
const THINGS = 40;

export async function orders(state: 'waiting' | 'all', signal: AbortSignal): Promise<Order[]> {
  return list(record(await get(`commands/orders?state=${state}`, signal)).orders).flatMap((each) => orderOf(record(each)) ?? []);
}

export async function order({ targets, dim, reason, ttl_s, key }: NewOrder): Promise<Order | undefined> {
  const who = 'cabinet' in targets ? { cabinet: targets.cabinet, capability: DIM } : { targets: targets.capabilities };
  const answer = await post('commands/orders', { ...who, taskingParameters: { dim }, reason, ttl: ttl_s, key });
  return orderOf(record(answer));
}

export async function approve(id: number): Promise<void> {
  await post(`commands/orders/${id}/approve`);
}

export async function refuse(id: number, reason: string): Promise<void> {
  await post(`commands/orders/${id}/refuse`, { reason });
}

/** The capabilities by which lamps are dimmed. */
export async function dimmersOf(things: readonly number[]): Promise<number[]> {
  const parts = Array.from({ length: Math.ceil(things.length / THINGS) }, (_, i) => things.slice(i * THINGS, (i + 1) * THINGS));
  const found = await Promise.all(parts.map(async (part) => {
    const filter = encodeURIComponent(part.map((id) => `id eq ${id}`).join(' or '));
    const expand = 'TaskingCapabilities($select=id,taskingParameters)';
    const answer = await getJson(`sensorthings/v1.1/Things?$top=${THINGS}&$select=id&$filter=${filter}&$expand=${expand}`);
    return list(record(answer).value).flatMap((thing) => list(record(thing).TaskingCapabilities));
  }));
  return found.flat().map(record).flatMap((each) => (takesDim(each.taskingParameters) ? numberOf(each['@iot.id']) ?? [] : []));
}

function takesDim(parameters: unknown): boolean {
  const { field, fields } = record(parameters);
  return [...list(field), ...list(fields)].some((each) => record(each).name === 'dim');
}

export async function letters(signal: AbortSignal): Promise<Letter[]> {
  return list(record(await get('dead-letters?limit=50', signal)).letters).flatMap((each) => letterOf(record(each)) ?? []);
}

/** Sends a letter again, or all. */
export async function redrive(id?: number): Promise<Redriven> {
  const answer = record(await post(id === undefined ? 'dead-letters/redrive' : `dead-letters/${id}/redrive`));
  return { recorded: numberOf(answer.recorded) ?? 0, refused: list(answer.refused).length };
}

type Raw = Readonly<Record<string, unknown>>;

/** Reads an order. */
export function orderOf(raw: Raw): Order | undefined {
  const id = numberOf(raw.order);
  if (id === undefined) return undefined;
  const states = Object.entries(record(raw.states)).map(([state, count]) => [state, numberOf(count) ?? 0] as const);
  return {
    id,
    requester: text(raw.requester),
    reason: text(raw.reason),
    requested: instantOf(raw.requested),
    expires: instantOf(raw.expires),
    dim: numberOf(record(raw.taskingParameters).dim),
    devices: states.reduce((sum, [, count]) => sum + count, 0),
    states: Object.fromEntries(states),
  };
}

function letterOf(raw: Raw): Letter | undefined {
  const id = numberOf(raw.id);
  if (id === undefined) return undefined;
  return {
    id,
    received: instantOf(raw.received),
    source: text(raw.source),
    message: text(raw.message),
    excerpt: text(raw.excerpt),
    isRedriven: text(raw.redriven) !== '',
  };
}

async function get(path: string, signal: AbortSignal): Promise<unknown> {
  const headers = { Accept: 'application/json', ...bearer() };
  return (await request(path, { headers, cache: 'no-store', signal })).json();
}

async function post(path: string, body?: unknown): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json', ...bearer() };
  return (await request(path, { method: 'POST', headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })).json();
}
