type Make = (type: string, data: unknown, lastEventId: string, origin: string) => Event;

let make: Make | undefined;

/** A message of the stream: of the browser's own class, or as near to it as the runtime comes. */
export const messageEvent: Make = (type, data, lastEventId, origin) => {
  // Not at import: not every runtime has MessageEvent, and not every page listens by addEventListener.
  make ??= bestMaker();
  return make(type, data, lastEventId, origin);
};

/** The classes of some runtimes take no subclass with accessors of its own, or lose the fields. */
export function bestMaker(): Make {
  for (const maker of [byOwnClass, byDictionary]) {
    try {
      const make = maker();
      const { type, data, lastEventId, origin } = make("a", "b", "c", "d") as MessageEvent;
      if ([type, data, lastEventId, origin].join() === "a,b,c,d") return make;
    } catch {
      // The next one.
    }
  }
  return byProperties;
}

function byOwnClass(): Make {
  /** Only what is used of it: its fields are properties to TypeScript, which accessors must not override. */
  const Base = MessageEvent as unknown as new (type: string) => Event;

  /**
   * A `MessageEvent` that keeps its fields itself: browsers take twice as long to read them from a dictionary. `source` and
   * `ports` are those of an event from a server.
   */
  class ServerMessageEvent extends Base {
    readonly #data: unknown;
    readonly #lastEventId: string;
    readonly #origin: string;

    constructor(type: string, data: unknown, lastEventId: string, origin: string) {
      super(type);
      this.#data = data;
      this.#lastEventId = lastEventId;
      this.#origin = origin;
    }

    get data(): unknown {
      return this.#data;
    }

    get lastEventId(): string {
      return this.#lastEventId;
    }

    get origin(): string {
      return this.#origin;
    }
  }

  // Some tell events apart by `event.constructor`.
  Object.defineProperty(ServerMessageEvent.prototype, "constructor", { value: MessageEvent });
  return (type, data, lastEventId, origin) => new ServerMessageEvent(type, data, lastEventId, origin);
}

function byDictionary(): Make {
  return (type, data, lastEventId, origin) => new MessageEvent(type, { data, lastEventId, origin });
}

const byProperties: Make = (type, data, lastEventId, origin) => {
  const event = new Event(type);
  for (const [name, value] of Object.entries({ data, lastEventId, origin }))
    Object.defineProperty(event, name, { value });
  return event;
};
