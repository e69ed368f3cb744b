/** Writes the text of an event stream, like a server. */

/**
 * An event to send. Without `data`, the client delivers no event, but an `id` or `retry` still counts.
 *
 * @example
 * connection.send({ event: "update", id: "7", data: JSON.stringify({ percent: 50 }) });
 */
export interface TestEvent {
  /** The event's name; a message has none. */
  event?: string | undefined;
  /** The event's ID. It is sticky: it applies to later events too. */
  id?: string | undefined;
  /** The event's data. It may have several lines with any line ends: they arrive joined by line feeds. */
  data?: string | undefined;
  /** The reconnection time from now on, in milliseconds. */
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

/** The text of a comment. Clients ignore comments, except for their timeouts. */
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
