/** `Symbol.dispose` where the browser has it, else what compilers of `using` take in its place. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for("Symbol.dispose") as never);

/** The same for `await using`. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for("Symbol.asyncDispose") as never);

/**
 * Gives a class what `using` and `await using` call. Not by methods of its own, here and below: some bundlers keep a class that has
 * computed names, even where nobody uses it.
 */
export function disposable<Class extends { prototype: { close(): void } }>(Class: Class): Class {
  type Source = Class["prototype"];
  define(Class, dispose, function (this: Source) {
    this.close();
  });
  define(Class, asyncDispose, async function (this: Source) {
    this.close();
  });
  return Class;
}

/** Gives a class what `for await` calls: what makes the iterator, or else the class is one. */
export function iterable<Class extends { prototype: object }>(
  Class: Class,
  iterate = function (this: Class["prototype"]): unknown {
    return this;
  },
): Class {
  define(Class, Symbol.asyncIterator, iterate);
  return Class;
}

function define({ prototype }: { prototype: object }, name: symbol, value: unknown): void {
  Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
}
