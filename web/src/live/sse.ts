/**
 * Server-Sent Events (WHATWG HTML, section 9.2) read over `fetch`: the browser's own EventSource
 * tells neither why it was refused nor that a line has fallen silent.
 */

/** One event. */
export interface Frame {
  readonly type: string;
  /** The last `id:` that was seen, this event's own included. */
  readonly id: string;
  readonly data: string;
}

/** Puts events together from pieces of text, wherever these were cut. */
export class SseParser {
  private rest = '';
  private type = '';
  private data: string[] = [];
  private id = '';

  /** Takes a piece; returns the events that it completes. */
  push(piece: string): Frame[] {
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.line(line) ?? []);
  }

  private line(line: string): Frame | undefined {
    if (line === '') return this.dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.type = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    return undefined;
  }

  private dispatch(): Frame | undefined {
    const { type, data } = this;
    this.type = '';
    this.data = [];
    return data.length ? { type: type || 'message', id: this.id, data: data.join('\n') } : undefined;
  }
}
