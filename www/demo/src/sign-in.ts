import type { Auth, SignInStep } from 'cognate-auth';
import { memory } from './memory.ts';
import type { Context } from './page.ts';

/** A step that waits for an answer. */
export type Asked = Exclude<SignInStep, { kind: 'done' }>;

// As it was given: a step that was resumed is as good, but setting up an app would begin again with another key.
let asked: Asked | undefined;

/** Goes where a sign-in's next step is answered. The step is kept sealed, so a reload does not lose it. */
export function proceed(step: SignInStep, { next }: Pick<Context, 'next'>): void {
  asked = step.kind === 'done' ? undefined : step;
  memory.set('step', asked?.toJSON());
  switch (step.kind) {
    case 'done':
      memory.set('email', undefined);
      return next('account');
    case 'confirmSignUp':
      return next('confirm', 'Confirm your e-mail address to sign in.');
    case 'resetPassword':
      return next('forgot-password', 'This account needs a new password before you can sign in.');
    case 'password':
      return next('sign-in', 'One more time: sign in with your password.');
    default:
      return next('step');
  }
}

/** The step that this tab waits at, after a reload too. Undefined where there is none any more. */
export async function waitingStep(auth: Auth): Promise<Asked | undefined> {
  const sealed = memory.get('step');
  if (sealed === undefined) return undefined;
  if (asked?.toJSON() === sealed) return asked;
  try {
    const step = await auth.resume(sealed);
    asked = step.kind === 'done' ? undefined : step;
  } catch {
    asked = undefined;
  }
  if (!asked) memory.set('step', undefined);
  return asked;
}
