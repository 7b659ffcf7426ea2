// Sign-ins of the package, step by step: the page keeps the step, the test sees what an app would, and never the seal unless it asks.

import { withAuth } from './package-page.mjs';

/** A tab for sign-ins with this configuration. */
export async function openSteps(pages, config) {
  const page = await pages.newPage();
  return stepsOf(pages, page, config);
}

/** Sign-ins in a tab that is there already. Each call answers the step's details, or `{ error }` with the AuthError's. */
export function stepsOf(pages, page, config) {
  const run = async (task, input) => {
    await page.evaluate(() => {
      globalThis.show = (step) => {
        const { toJSON, respond, ...details } = step;
        globalThis.step = step;
        return details;
      };
    });
    const { result, error } = await withAuth(page, config, task, input);
    return error ? { error } : result;
  };
  const sealed = () => page.evaluate(() => globalThis.step.toJSON());
  return {
    page,
    run,
    sealed,
    signIn: (input) => run(async (auth, given) => globalThis.show(await auth.signIn(given)), input),
    signUp: (input) => run(async (auth, given) => {
      const { next, ...result } = await auth.signUp(given);
      return { ...result, next: next && globalThis.show(next) };
    }, input),
    /** Answers the last step; an error leaves it, to be answered again. */
    respond: (answer) => run(async (auth, given) => globalThis.show(await globalThis.step.respond(given)), answer),
    resume: (json) => run(async (auth, given) => globalThis.show(await auth.resume(given)), json),
    /** The last step, after the page was loaded anew. */
    async reload() {
      const kept = await sealed();
      await pages.reload(page);
      return this.resume(kept);
    },
  };
}
