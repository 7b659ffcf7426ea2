// What runs the futures of the package's wasm: a task is polled when it begins, and whenever something that it waits for has happened.
const PENDING = 0;
const REJECTED = 1;
const FULFILLED = 2;
let last = 0;
let current = 0;
const wakers = new Map();

/** Runs a task; gives what comes of it. A trap in the wasm is nobody's result: it is reported as an error that nobody has caught. */
export function run(task) {
  return new Promise((resolve, reject) => {
    const id = ++last;
    const settle = (how, value) => {
      wakers.delete(id);
      task.free();
      how(value);
    };
    const poll = () => {
      if (!wakers.has(id)) return;
      current = id;
      try {
        const value = task.poll(id);
        if (value !== undefined) settle(resolve, value);
      } catch (error) {
        if (typeof error !== 'string') throw error;
        settle(reject, error);
      }
    };
    wakers.set(id, () => queueMicrotask(poll));
    wake(id);
  });
}

export function wake(id) {
  wakers.get(id)?.();
}

/** Begins to wait for a promise, for the task that is running now. */
export function waiting(promise) {
  const id = current;
  const wait = { outcome: PENDING };
  const end = (outcome, value) => {
    Object.assign(wait, { outcome, value });
    wake(id);
  };
  promise.then((value) => end(FULFILLED, value), () => end(REJECTED));
  return wait;
}

/** What has become of the promise. */
export const outcome = (wait) => wait.outcome;

export const value = (wait) => wait.value;
