/** `Symbol.dispose` where the browser has it, else what compilers of `using` take in its place. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for("Symbol.dispose") as never);

/** The same for `await using`. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for("Symbol.asyncDispose") as never);

/**
 * Gives a class what `using` and `await using` call. Not by methods of its own: some bundlers keep a class that has computed names,
 * even where nobody uses it. They know that `Symbol.asyncIterator` is harmless.
 */
export function disposable<Class extends { prototype: { close(): void } }>(Class: Class): Class {
  type Source = Class["prototype"];
  Object.assign(Class.prototype, {
    [dispose](this: Source): void {
      this.close();
    },
    async [asyncDispose](this: Source): Promise<void> {
      this.close();
    },
  });
  return Class;
}
