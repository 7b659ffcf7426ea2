import { element, type Child } from './dom.ts';
import type { Field } from './field.ts';
import { wordingOf, type OwnWords } from './wording.ts';

interface FormOptions {
  fields: Field[];
  /** Whose form this is, for password managers, where no field asks for it. */
  username?: string | undefined;
  /** The button's words, at rest and while it works. */
  submit: string;
  busy: string;
  /** Does the work with the fields' values by name; whatever it throws is shown in words. */
  onSubmit(values: Record<string, string>): Promise<void>;
  /** Where the general words for a failure do not fit this form. */
  words?: OwnWords;
  /** Below the button. */
  footer?: Child[];
}

/**
 * A form that checks its fields, shows what is wrong in a summary that takes the focus, works once at a time, and says
 * that it works. The browser's own bubbles are off: they vanish, and screen readers read them unevenly.
 */
export function form(options: FormOptions): HTMLFormElement {
  const summary = element('div', { class: 'summary', role: 'alert', tabindex: '-1', hidden: true });
  const label = element('span', {}, options.submit);
  const button = element('button', { type: 'submit', class: 'primary' }, element('span', { class: 'spinner', 'aria-hidden': 'true' }), label);
  const status = element('p', { class: 'visually-hidden', role: 'status' });
  const made = element(
    'form',
    { novalidate: true, method: 'post' }, // never GET: a password must not end up in an address
    summary,
    options.username !== undefined &&
      element('input', { type: 'text', autocomplete: 'username', value: options.username, readonly: true, hidden: true }),
    ...options.fields.map(({ root }) => root),
    button,
    status,
    ...(options.footer ?? []),
  );

  let working = false;
  const setWorking = (now: boolean): void => {
    working = now;
    made.toggleAttribute('data-working', now);
    made.setAttribute('aria-busy', String(now));
    // Not `disabled`: that would throw the focus away.
    button.setAttribute('aria-disabled', String(now));
    label.textContent = now ? options.busy : options.submit;
    status.textContent = now ? options.busy : '';
    for (const { input } of options.fields) input.readOnly = now;
  };

  made.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!working) void submit();
  });

  async function submit(): Promise<void> {
    const problems: Problem[] = [];
    for (const field of options.fields) {
      const text = field.check();
      field.mark(text);
      if (text) problems.push({ text, field });
    }
    showProblems(summary, problems);
    if (problems.length > 0) return;
    setWorking(true);
    try {
      await options.onSubmit(valuesOf(options.fields));
    } catch (error) {
      const { text, field: name } = wordingOf(error, options.words);
      const field = options.fields.find((candidate) => candidate.name === name);
      field?.mark(text);
      showProblems(summary, [{ text, ...(field && { field }) }]);
    } finally {
      setWorking(false);
    }
  }
  return made;
}

interface Problem {
  text: string;
  field?: Field;
}

function showProblems(summary: HTMLElement, problems: Problem[]): void {
  summary.hidden = problems.length === 0;
  if (problems.length === 0) {
    summary.replaceChildren();
    return;
  }
  const items = problems.map(({ text, field }) => element('li', {}, field ? linkTo(field, text) : text));
  summary.replaceChildren(
    element('h2', {}, problems.length === 1 ? 'There is a problem' : `There are ${problems.length} problems`),
    element('ul', {}, ...items),
  );
  summary.focus();
}

// A link, as people know it from such lists, that moves the focus and leaves the address alone: that is the route.
function linkTo(field: Field, text: string): HTMLAnchorElement {
  const link = element('a', { href: `#${field.input.id}` }, text);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    field.input.focus();
  });
  return link;
}

function valuesOf(fields: Field[]): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, input }) => [name, valueOf(name, input)]));
}

function valueOf(name: string, input: HTMLInputElement): string {
  if (input.type === 'checkbox') return input.checked ? 'on' : '';
  return input.type === 'email' || name === 'code' ? input.value.trim() : input.value;
}
