// What wasm-bindgen generates, as far as it is used.
declare module '#wasm' {
  export default function start(options: { module_or_path: Promise<Response> }): Promise<unknown>;
}
