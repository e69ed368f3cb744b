/** The text of an event stream, as a server writes it. */

/**
 * An event to send. Without `data` there is none for the client to see, but an `id` or `retry` still counts.
 *
 * @example
 * connection.send({ event: "update", id: "7", data: JSON.stringify({ percent: 50 }) });
 */
export interface TestEvent {
  /** Its name; a message has none. */
  event?: string | undefined;
  /** Sticks: it holds for the events after this one too. */
  id?: string | undefined;
  /** May have several lines, however they end: they arrive joined by line feeds. */
  data?: string | undefined;
  /** The delay before a reconnect from now on, in milliseconds. */
  retry?: number | undefined;
}

/** @throws {TypeError} for what cannot be written in an event stream. */
export function eventText({ event, id, data, retry }: TestEvent): string {
  let text = "";
  if (event !== undefined) text += `event: ${oneLine("event", event)}\n`;
  if (id !== undefined) {
    if (oneLine("id", id).includes("\0")) {
      throw new TypeError("'id' has a NUL, and clients ignore such an ID: take the NUL out, or write() the bytes");
    }
    text += `id: ${id}\n`;
  }
  if (retry !== undefined) {
    if (!(Number.isSafeInteger(retry) && retry >= 0)) {
      throw new TypeError("'retry' must be whole milliseconds, 0 or more; write() sends anything else");
    }
    text += `retry: ${retry}\n`;
  }
  if (data !== undefined) {
    for (const line of lines(requireText("'data'", data, "JSON.stringify() makes that"))) text += `data: ${line}\n`;
  }
  return `${text}\n`;
}

/** A comment, which clients ignore, but for their timeouts. */
export function commentText(comment: string): string {
  return lines(requireText("the comment", comment, "String() makes that"))
    .map((line) => `: ${line}\n`)
    .join("");
}

const lines = (text: string): string[] => text.split(/\r\n|\r|\n/);

function oneLine(name: string, value: unknown): string {
  const text = requireText(`'${name}'`, value, "String() makes that");
  if (/[\r\n]/.test(text)) {
    throw new TypeError(
      `'${name}' has a line break, which would end its field: take the line break out, or write() the bytes`,
    );
  }
  return text;
}

function requireText(name: string, value: unknown, advice: string): string {
  if (typeof value !== "string") throw new TypeError(`${name} must be a string: ${advice}`);
  return value;
}
