/** A value that the user's code threw, on its way through the engine. It may be any value. */
export class Thrown {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
