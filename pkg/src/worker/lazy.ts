/** Something that is loaded when it is first asked for. */
export class Lazy<T> {
  readonly #load: () => Promise<T>;
  /** What has been asked for, or is under way. */
  begun: Promise<T> | undefined;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Loads it, once. A load that failed may succeed the next time: it is not remembered. */
  get(): Promise<T> {
    this.begun ??= this.#load().catch((error: unknown) => {
      this.begun = undefined;
      throw error;
    });
    return this.begun;
  }
}
