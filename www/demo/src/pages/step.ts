import type { Factor, SignInStep } from 'cognate-auth';
import { act } from '../act.ts';
import { element } from '../dom.ts';
import { attributeField, checkbox, codeField, emailField, newPasswordField, textField } from '../field.ts';
import { form } from '../form.ts';
import { inboxLink, routeLink, type Context, type Page } from '../page.ts';
import { enrolmentKey } from '../enrolment-key.ts';
import { proceed, type Asked } from '../sign-in.ts';

/** What a sign-in asks next, whatever it is: the service decides, the app shows it. */
export function stepPage(context: Context, step: Asked): Page {
  const page = pageOf(context, step);
  return { ...page, content: [...page.content, element('p', { class: 'alternative' }, routeLink('sign-in', 'Start again'))] };
}

function pageOf(context: Context, step: Asked): Page {
  switch (step.kind) {
    case 'code':
      return code(context, step);
    case 'selectFactor':
      return selectFactor(context, step);
    case 'setUpTotp':
      return setUpTotp(context, step);
    case 'setUpEmail':
      return setUpEmail(context, step);
    case 'newPassword':
      return newPassword(context, step);
    case 'passkey':
      return passkey(context, step);
    case 'custom':
      return custom(context, step);
    default:
      return { title: 'One more step', content: [element('p', {}, `This account asks for a step that this demo does not have (${step.kind === 'unknown' ? step.name : step.kind}).`)] };
  }
}

type Of<K extends SignInStep['kind']> = Extract<SignInStep, { kind: K }>;

function code(context: Context, step: Of<'code'>): Page {
  const { factor, destination, purpose } = step;
  const isApp = factor === 'totp';
  const remember = purpose === 'mfa' ? [checkbox('rememberDevice', 'Do not ask again in this browser')] : [];
  return {
    title: isApp ? 'Enter the code from your app' : factor === 'sms' ? 'Check your phone' : 'Check your e-mail',
    intro: isApp ? ['Open your authenticator app. Its codes change every half minute.'] : ['We sent a code', ...(destination ? [' to ', element('strong', {}, destination)] : []), '.'],
    content: [
      ...(isApp ? [] : [inboxCallout(context)]),
      form({
        fields: [codeField(isApp ? 'It is under the name of this demo.' : 'It is in the message. Codes work once.'), ...remember],
        submit: 'Continue',
        busy: 'Checking…',
        onSubmit: async ({ code: given = '', rememberDevice }) => {
          proceed(await step.respond({ code: given, ...(rememberDevice && { rememberDevice: true }) }), context);
        },
      }),
    ],
  };
}

function selectFactor(context: Context, step: Of<'selectFactor'>): Page {
  const status = element('p', { class: 'inline-status', role: 'status' });
  const buttons = step.options.map((factor) => {
    const button = element('button', { type: 'button', class: 'secondary wide' }, FACTOR_NAMES[factor]);
    button.addEventListener('click', () => {
      void act(button, status, 'One moment…', async () => proceed(await step.respond({ factor }), context));
    });
    return button;
  });
  return {
    title: step.stage === 'setUp' ? 'Protect your account' : 'How do you want to go on?',
    intro: [step.stage === 'setUp' ? 'This service asks everybody for a second step. Choose yours.' : 'Choose how you prove that it is you.'],
    content: [element('div', { class: 'choices' }, ...buttons), status],
  };
}

const FACTOR_NAMES: Record<Factor, string> = {
  password: 'My password',
  sms: 'A code by text message',
  email: 'A code by e-mail',
  totp: 'A code from an authenticator app',
  passkey: 'A passkey',
};

function setUpTotp(context: Context, step: Of<'setUpTotp'>): Page {
  return {
    title: 'Set up your authenticator app',
    intro: ['Scan this with the app, or type the key into it. Then enter the code that the app shows.'],
    content: [
      enrolmentKey(step),
      form({
        fields: [codeField('Six digits, from the app.')],
        submit: 'Continue',
        busy: 'Checking…',
        onSubmit: async ({ code: given = '' }) => proceed(await step.respond({ code: given, deviceName: 'Authenticator app' }), context),
      }),
    ],
  };
}

function setUpEmail(context: Context, step: Of<'setUpEmail'>): Page {
  return {
    title: 'Codes by e-mail',
    intro: ['Where shall we send the codes of your second step?'],
    content: [
      form({
        fields: [emailField({ autocomplete: 'email' })],
        submit: 'Send the code',
        busy: 'Sending…',
        onSubmit: async ({ email = '' }) => proceed(await step.respond({ email }), context),
      }),
    ],
  };
}

/** After a password that an administrator set: the person's own, and what the pool wants to know beside it. */
function newPassword(context: Context, step: Of<'newPassword'>): Page {
  return {
    title: 'Choose your own password',
    intro: ['Yours was set by an administrator.'],
    content: [
      form({
        fields: [newPasswordField('New password'), ...step.missing.map(attributeField)],
        submit: 'Save and sign in',
        busy: 'Signing in…',
        onSubmit: async ({ newPassword: password = '', ...attributes }) => proceed(await step.respond({ password, attributes }), context),
      }),
    ],
  };
}

function passkey(context: Context, step: Of<'passkey'>): Page {
  return {
    title: 'Use your passkey',
    intro: ['Your browser asks for your fingerprint, your face, or the code of this device.'],
    content: [form({ fields: [], submit: 'Use my passkey', busy: 'Waiting for your passkey…', onSubmit: async () => proceed(await step.respond({}), context) })],
  };
}

function custom(context: Context, step: Of<'custom'>): Page {
  return {
    title: 'One more question',
    intro: Object.entries(step.parameters).flatMap(([name, value], at) => [at > 0 && ' ', element('span', { title: name }, value)]),
    content: [
      form({
        fields: [textField('answer', 'Your answer')],
        submit: 'Continue',
        busy: 'Checking…',
        onSubmit: async ({ answer = '' }) => proceed(await step.respond({ answer }), context),
      }),
    ],
  };
}

function inboxCallout({ config }: Context): HTMLElement {
  return element('p', { class: 'callout' }, 'This is a demo, so the message waits in its inbox. ', inboxLink(config));
}
