/** `Symbol.dispose`, or the symbol that compilers of `using` use in browsers without it. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for("Symbol.dispose") as never);

/** `Symbol.asyncDispose`, or the symbol that compilers of `await using` use in browsers without it. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for("Symbol.asyncDispose") as never);

/**
 * Adds the methods that `using` and `await using` call to a class. They are not methods of the class itself: some bundlers keep
 * an unused class that has computed names, except `Symbol.asyncIterator`.
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
