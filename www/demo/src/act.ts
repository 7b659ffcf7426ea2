import { wordingOf } from './wording.ts';

/** Runs what a button does, once at a time; its status says that it works, and what went wrong. */
export async function act(button: HTMLButtonElement, status: HTMLElement, busy: string, work: () => Promise<void>): Promise<void> {
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  status.textContent = busy;
  try {
    await work();
  } catch (error) {
    status.textContent = wordingOf(error).text;
  } finally {
    button.removeAttribute('aria-disabled');
  }
}
