// Finds an installed Chromium and its ChromeDriver: environment variable, then PATH, then the folder
// where Playwright keeps the browsers that it installed. Nothing is downloaded here.

import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const CHROMEDRIVER_NAMES = ['chromedriver', 'chromium.chromedriver'];

/**
 * The path of a Chromium executable.
 * @throws {MissingBrowser} with the command that installs one.
 */
export function findChromium(environment = process.env) {
  return (
    named('CHROMIUM', environment) ??
    onPath(CHROMIUM_NAMES, environment) ??
    inPlaywrightFolder(/^(chrome|chromium|Chromium|Google Chrome for Testing)(\.exe)?$/, environment) ??
    missing('Chromium', 'CHROMIUM', 'apt-get install chromium   (or: npx playwright-core install chromium)')
  );
}

/**
 * The path of a ChromeDriver executable, which `wasm-pack test` drives the browser with.
 * @throws {MissingBrowser} with the command that installs one.
 */
export function findChromedriver(environment = process.env) {
  return (
    named('CHROMEDRIVER', environment) ??
    onPath(CHROMEDRIVER_NAMES, environment) ??
    inPlaywrightFolder(/^chromedriver(\.exe)?$/, environment) ??
    missing('ChromeDriver', 'CHROMEDRIVER', 'apt-get install chromium-driver')
  );
}

/** No browser where one is needed; the message is one sentence and the command that helps. */
export class MissingBrowser extends Error {
  name = 'MissingBrowser';
}

function missing(what, variable, command) {
  throw new MissingBrowser(
    `${what} was found neither in ${variable}, nor on PATH, nor in Playwright's folder; install it with: ${command}`,
  );
}

function named(variable, environment) {
  const path = environment[variable];
  if (!path) return undefined;
  if (isExecutable(path)) return path;
  throw new MissingBrowser(`${variable} names ${path}, which is not an executable file; correct or unset it.`);
}

function onPath(names, environment) {
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean);
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const name of names) {
    for (const folder of folders) {
      for (const suffix of suffixes) {
        const path = join(folder, name + suffix);
        if (isExecutable(path)) return path;
      }
    }
  }
  return undefined;
}

// Playwright unpacks to <folder>/chromium-1234/chrome-linux/chrome and the like: newest first.
function inPlaywrightFolder(pattern, environment) {
  const root = environment.PLAYWRIGHT_BROWSERS_PATH || playwrightFolder();
  const browsers = entries(root)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.split('-')[1]) - Number(a.split('-')[1]));
  for (const browser of browsers) {
    const found = search(join(root, browser), pattern, 5);
    if (found) return found;
  }
  return undefined;
}

function playwrightFolder() {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'ms-playwright');
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA ?? homedir(), 'ms-playwright');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ms-playwright');
}

function search(folder, pattern, depth) {
  const names = entries(folder);
  for (const name of names) {
    const path = join(folder, name);
    if (pattern.test(name) && isExecutable(path)) return path;
  }
  if (depth === 0) return undefined;
  for (const name of names) {
    const found = search(join(folder, name), pattern, depth - 1);
    if (found) return found;
  }
  return undefined;
}

function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not a folder, or not there: nothing to find in it
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
