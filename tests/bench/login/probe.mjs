// Runs in the page, before any of its own code: when is the form there, when does it answer a submit, how long until the sign-in request leaves?
//
// One definition for both pages. Interactive: the form, submitted empty, has been answered by the page's own words in an alert. The browser's
// own validation is off, so that it is the page's code that answers, and a submit that nobody takes is tried again and never leaves the page.
// Nothing is computed for that answer. Then the form is filled as a password manager does it and submitted: until the request leaves, the
// page computes the first half of SRP.

/** Starts watching; what was seen stands in `globalThis.loginTimes`, ms since the navigation began. */
export function watchLogin({ username, password }) {
  const RETRY_MS = 40;
  const times = { attempts: 0 };
  globalThis.loginTimes = times;
  const form = () => document.querySelector('form:has(input[type=password]):has(button[type=submit])');
  const answered = () => [...document.querySelectorAll('[role=alert]')].some((alert) => alert.textContent.trim() !== '' && alert.checkVisibility());
  globalThis.addEventListener('submit', (event) => event.preventDefault());
  new MutationObserver(step).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  step();

  function step() {
    if (times.form === undefined && form()) {
      times.form = performance.now();
      setTimeout(submitEmpty, 0);
    }
    if (times.attempts > 0 && times.interactive === undefined && answered()) {
      times.interactive = performance.now();
      setTimeout(submitFilled, 0);
    }
  }

  function submitEmpty() {
    if (times.interactive !== undefined) return;
    times.attempts += 1;
    form().noValidate = true;
    form().requestSubmit();
    setTimeout(submitEmpty, RETRY_MS);
  }

  function submitFilled() {
    fill(form().querySelector('input:not([type=password], [type=hidden])'), username);
    fill(form().querySelector('input[type=password]'), password);
    times.submitted = performance.now();
    form().requestSubmit();
  }

  function fill(input, value) {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, value);
    input.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText' }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

/** `paint`, `form`, `interactive` and `request`: the last is how long the submit of the filled form took to leave. Undefined until all are known. */
export function readTimes(signInPath) {
  const { form, interactive, submitted } = globalThis.loginTimes ?? {};
  const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
  const left = performance.getEntriesByType('resource').find(({ name, startTime }) => startTime > submitted && new URL(name).pathname === signInPath)?.startTime;
  return left !== undefined && paint !== undefined ? { paint, form, interactive, request: left - submitted } : undefined;
}
