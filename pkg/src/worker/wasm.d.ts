/** What `sdk/src/js` exports. The build resolves `#wasm` to the glue that wasm-bindgen generates, as a function. */
declare module '#wasm' {
  /** Runs a wasm of this package. Of the classes, those are usable that it has. */
  export function bind(module: WebAssembly.Module): WasmClasses;

  export interface WasmClasses {
    Client: { start(settings: object): Promise<Client> };
    Account: { start(settings: object): Promise<Account> };
    Identity: { start(settings: object): Promise<Identity> };
  }

  /** Arguments are plain objects. Results are JSON text; so is what is thrown: the members of an `AuthError`. */
  export interface Client {
    state(): string;
    call(operation: string, args: object, signal: AbortSignal): Promise<string>;
    /** The access token, a space, the ID token. */
    tokens(options: object, signal: AbortSignal): Promise<string>;
  }

  /** The same for what is not signing in. */
  export interface Account {
    call(operation: string, args: object, signal: AbortSignal): Promise<string>;
  }
  /** The same for identity pools. */
  export interface Identity {
    call(operation: string, args: object, signal: AbortSignal): Promise<string>;
  }
}
