// Web Locks: shared by all pages and workers of the origin, and let go when the page or worker that holds one ends.
import { within } from './fetch.js';

/** Resolves to what lets go of the lock, once it is held; to nothing when the time is up first. A browser without locks has no need to wait. */
export async function lock(name, ms, cancel) {
  const { locks } = navigator;
  if (!locks) return () => {};
  return new Promise((resolve) => {
    locks.request(name, { signal: within(ms, cancel) }, () => new Promise((release) => resolve(release))).catch(() => resolve());
  });
}

export function release(held) {
  held();
}
