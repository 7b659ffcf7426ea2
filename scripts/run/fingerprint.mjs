// Knows whether the outputs of a build step were made from the inputs as they are now.

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { inRoot, ROOT } from './workspace.mjs';

// What a build makes: never an input.
const GENERATED = new Set(['pkg/dist', 'pkg/wasm', 'pkg/LICENSE-APACHE', 'pkg/LICENSE-MIT', 'www/demo/dist', 'hosted-ui/dist', 'sdk/webdriver.json']);

/** A build step's inputs and outputs (paths from the root), remembered under `name` in `target/`. */
export function fingerprint(name, { inputs, outputs }) {
  const stamp = inRoot('target', 'fingerprints', name);
  const now = digest(inputs);
  return {
    /** Whether every output is there and was made from these very inputs. */
    isFresh: () =>
      outputs.every((path) => existsSync(inRoot(path))) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now,
    /** To call before the step runs: one that is interrupted must not look finished. */
    forget: () => rmSync(stamp, { force: true }),
    /** To call when the step has ended well. */
    remember: () => {
      mkdirSync(dirname(stamp), { recursive: true });
      writeFileSync(stamp, now);
    },
  };
}

function digest(paths) {
  const hash = createHash('sha256').update(process.versions.node);
  for (const path of paths.flatMap((path) => files(inRoot(path))).sort()) {
    hash.update(`\0${relative(ROOT, path)}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function files(path) {
  if (!existsSync(path)) return [];
  const found = lstatSync(path);
  if (found.isFile()) return [path];
  if (!found.isDirectory()) return [];
  return readdirSync(path)
    .map((name) => join(path, name))
    .filter((inside) => basename(inside) !== 'node_modules' && !GENERATED.has(relative(ROOT, inside).replaceAll('\\', '/')))
    .flatMap(files);
}
