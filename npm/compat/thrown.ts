/** Something that code of the user's threw, on its way through the engine: it may be anything. */
export class Thrown {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
