// Launches the installed Chromium as people run it.

import { chromium } from 'playwright-core';
import { findChromium } from '../../scripts/run/browsers.mjs';

// Playwright switches these on, and each of them changes what a page may do: with them a test would pass
// in a browser that nobody has.
const FALSIFYING_ARGUMENTS = [
  '--disable-back-forward-cache',
  '--disable-popup-blocking',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--disable-background-timer-throttling',
];

const ARGUMENTS = [
  // Chromium obeys the last list of disabled features: this one replaces Playwright's, which takes away the
  // partitioning of third-party storage. Only what calls out of the machine or asks the user stays off.
  '--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,HttpsUpgrades',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/** A browser; `options` are Playwright's launch options. Close it when done. */
export function launchChromium(options = {}) {
  return chromium.launch(launchOptions(options));
}

/** A browser on a profile folder of its own, whose preferences can be written before it starts. Close it when done. */
export function launchPersistentChromium(profile, options = {}) {
  return chromium.launchPersistentContext(profile, launchOptions(options));
}

function launchOptions(options) {
  return {
    executablePath: findChromium(),
    chromiumSandbox: process.getuid?.() !== 0, // Chromium has no sandbox for root
    ignoreDefaultArgs: FALSIFYING_ARGUMENTS,
    ...options,
    args: [...ARGUMENTS, ...(options.args ?? [])],
  };
}
