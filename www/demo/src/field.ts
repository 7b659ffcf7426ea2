import { element } from './dom.ts';

/** One input with its label, hint and error. */
export interface Field {
  name: string;
  input: HTMLInputElement;
  root: HTMLElement;
  /** What is wrong with the present value, in words, or nothing. */
  check(): string | undefined;
  /** Shows the error under the label, or takes it away. */
  mark(error: string | undefined): void;
}

interface FieldOptions {
  name: string;
  label: string;
  type: 'email' | 'password' | 'text' | 'tel' | 'date';
  /** The browser's and the password manager's word for what this is. */
  autocomplete: string;
  hint?: string;
  value?: string;
  inputMode?: 'numeric' | 'email' | 'tel';
  check: (value: string) => string | undefined;
  /** Shown between the input and the next field, and named as its description. */
  below?: HTMLElement;
  beside?: HTMLElement;
}

/** The e-mail address people sign in with. The browser's own word for it is `username`. */
export function emailField(options: { value?: string; hint?: string; autocomplete?: 'email' } = {}): Field {
  return field({
    name: 'email',
    label: 'E-mail address',
    type: 'email',
    autocomplete: 'username',
    inputMode: 'email',
    ...options,
    check: (value) => {
      if (value === '') return 'Enter your e-mail address.';
      return /^[^\s@]+@[^\s@]+$/.test(value) ? undefined : 'Enter an e-mail address like name@example.com.';
    },
  });
}

/** A code from a message. Its length is the service's business. */
export function codeField(hint: string): Field {
  return field({
    name: 'code',
    label: 'Code',
    type: 'text',
    autocomplete: 'one-time-code',
    inputMode: 'numeric',
    hint,
    check: (value) => (value === '' ? 'Enter the code from the message.' : undefined),
  });
}

/** Words of the person's own. */
export function textField(name: string, label: string): Field {
  return field({ name, label, type: 'text', autocomplete: 'off', check: (value) => (value === '' ? `Enter ${label.toLowerCase()}.` : undefined) });
}

/** An attribute that the pool wants to know, by the name that the service has for it. */
export function attributeField(name: string): Field {
  const { label, ...known } = ATTRIBUTES[name] ?? { label: name.replace(/^custom:/, '').replaceAll('_', ' ') };
  return field({ name, label, type: 'text', autocomplete: 'off', ...known, check: (value) => (value === '' ? `Enter your ${label.toLowerCase()}.` : undefined) });
}

const ATTRIBUTES: Record<string, Pick<FieldOptions, 'label'> & Partial<FieldOptions>> = {
  name: { label: 'Name', autocomplete: 'name' },
  given_name: { label: 'First name', autocomplete: 'given-name' },
  family_name: { label: 'Last name', autocomplete: 'family-name' },
  email: { label: 'E-mail address', type: 'email', inputMode: 'email', autocomplete: 'email' },
  phone_number: { label: 'Phone number', type: 'tel', inputMode: 'tel', autocomplete: 'tel', hint: 'With the country’s code, such as +49.' },
  birthdate: { label: 'Date of birth', type: 'date', autocomplete: 'bday' },
};

/** A box to tick; its value is `on` or nothing. */
export function checkbox(name: string, label: string): Field {
  const id = `field-${name}`;
  const input = element('input', { id, name, type: 'checkbox' });
  const root = element('div', { class: 'tick' }, input, element('label', { for: id }, label));
  return { name, input, root, check: () => undefined, mark: () => {} };
}

/** A password that exists: never judged here, only required. */
export function passwordField(name: 'password' | 'currentPassword' = 'password', label = 'Password'): Field {
  return withToggle({
    name,
    label,
    type: 'password',
    autocomplete: 'current-password',
    check: (value) => (value === '' ? `Enter your ${label.toLowerCase()}.` : undefined),
  });
}

const RULES: readonly [words: string, holds: (value: string) => boolean][] = [
  ['8 characters or more', (value) => [...value].length >= 8],
  ['an upper-case letter', (value) => /[A-Z]/.test(value)],
  ['a lower-case letter', (value) => /[a-z]/.test(value)],
  ['a number', (value) => /[0-9]/.test(value)],
  ['a symbol, such as ! or ?', (value) => /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/.test(value)],
];

/** A password to be set, with the pool's rules ticked off while it is typed. The service has the last word. */
export function newPasswordField(label = 'Password'): Field {
  const rules = RULES.map(([words]) => element('li', {}, words));
  const below = element('ul', { class: 'rules', 'aria-label': 'The password needs' }, ...rules);
  const made = withToggle({
    name: 'newPassword',
    label,
    type: 'password',
    autocomplete: 'new-password',
    below,
    check: (value) => {
      if (value === '') return 'Choose a password.';
      const missing = RULES.filter(([, holds]) => !holds(value)).map(([words]) => words);
      return missing.length === 0 ? undefined : `The password still needs ${enumerate(missing)}.`;
    },
  });
  made.input.addEventListener('input', () => {
    RULES.forEach(([, holds], index) => rules[index]?.classList.toggle('met', holds(made.input.value)));
  });
  return made;
}

function withToggle(options: FieldOptions): Field {
  const toggle = element('button', { type: 'button', class: 'toggle', 'aria-pressed': 'false', 'aria-label': `Show ${options.label.toLowerCase()}` }, 'Show');
  const made = field({ ...options, beside: toggle });
  toggle.addEventListener('click', () => {
    const shown = made.input.type === 'password';
    made.input.type = shown ? 'text' : 'password';
    toggle.textContent = shown ? 'Hide' : 'Show';
    toggle.setAttribute('aria-pressed', String(shown));
  });
  return made;
}

function field(options: FieldOptions): Field {
  const id = `field-${options.name}`;
  const hint = options.hint ? element('p', { class: 'hint', id: `${id}-hint` }, options.hint) : undefined;
  if (options.below) options.below.id = `${id}-below`;
  const error = element('p', { class: 'field-error', id: `${id}-error`, hidden: true });
  const described = [hint?.id, options.below?.id].filter(Boolean).join(' ');
  const input = element('input', {
    id,
    name: options.name,
    type: options.type,
    autocomplete: options.autocomplete,
    inputmode: options.inputMode,
    'aria-describedby': described || undefined,
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
    value: options.value,
  });
  const root = element(
    'div',
    { class: 'field' },
    element('label', { for: id }, options.label),
    hint,
    error,
    element('div', { class: 'control' }, input, options.beside),
    options.below,
  );
  return {
    name: options.name,
    input,
    root,
    check: () => options.check(options.type === 'password' ? input.value : input.value.trim()),
    mark: (message) => {
      error.hidden = message === undefined;
      error.textContent = message ?? '';
      input.toggleAttribute('aria-invalid', false);
      if (message !== undefined) input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', [message && error.id, described].filter(Boolean).join(' '));
      if (!input.getAttribute('aria-describedby')) input.removeAttribute('aria-describedby');
    },
  };
}

function enumerate(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
