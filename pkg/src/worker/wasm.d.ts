/** What `sdk/src/js` exports. The build resolves `#wasm` to the glue that wasm-bindgen generates. */
declare module '#wasm' {
  export function initSync(options: { module: WebAssembly.Module }): unknown;

  /** Arguments are plain objects. Results are JSON text; so is what is thrown: the members of an `AuthError`. */
  export class Client {
    private constructor();
    static start(settings: object): Promise<Client>;
    user(): string;
    call(operation: string, args: object, signal: AbortSignal): Promise<string>;
    accessToken(options: object, signal: AbortSignal): Promise<string>;
  }
}
