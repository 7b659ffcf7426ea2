import { createAuth, isAuthError, type Auth } from 'cognate-auth';
import { loadConfig, type DemoConfig } from './config.ts';
import { memory } from './memory.ts';
import { accountPage } from './pages/account.ts';
import { confirmPage } from './pages/confirm.ts';
import { forgotPasswordPage, resetPasswordPage } from './pages/forgot-password.ts';
import { signInPage } from './pages/sign-in.ts';
import { signUpPage } from './pages/sign-up.ts';
import { stepPage } from './pages/step.ts';
import type { Context, Notice, Page } from './page.ts';
import { currentRoute, go, onRoute, type Route } from './router.ts';
import { Shell } from './shell.ts';
import { waitingStep } from './sign-in.ts';
import { wordingOf } from './wording.ts';

const PAGES: Record<Exclude<Route, 'account' | 'step'>, (context: Context) => Page> = {
  'sign-in': signInPage,
  'sign-up': signUpPage,
  confirm: confirmPage,
  'forgot-password': forgotPasswordPage,
  'reset-password': resetPasswordPage,
};

const shell = new Shell();
void start();

/** Starts the client and shows the first page, or says why there is nothing to show. */
async function start(): Promise<void> {
  shell.showStarting();
  try {
    const config = await loadConfig();
    shell.showInbox(config.inbox);
    const { inbox: _inbox, api, ...pool } = config;
    const auth = await createAuth({ ...pool, ...(api && { api: [{ origin: api, path: '/me', methods: ['GET'] }] }) });
    run(auth, config);
  } catch (error) {
    shell.showFailure(isAuthError(error) ? wordingOf(error).text : 'The demo could not be loaded. Is it still running?', {
      words: 'Try again',
      act: () => void start(),
    });
  }
}

function run(auth: Auth, config: DemoConfig): void {
  let notice = returned(auth) ?? said() ?? forgetful(auth);
  const context: Context = {
    auth,
    config,
    next: (route, words) => {
      const said = words === undefined ? undefined : { words };
      // A page that is shown already is not made anew: somebody may be typing. A step's page is of that step.
      if (route === currentRoute() && route !== 'step') return say(said);
      notice = said;
      go(route, { replace: true });
    },
  };
  const show = (route: Route | undefined): void => {
    const { state } = auth;
    if (state.status === 'signedOut' || state.status === 'expired') {
      if (route === undefined || route === 'account') return go('sign-in', { replace: true });
      if (route === 'step') return void showStep();
      shell.show(PAGES[route](context));
    } else {
      if (route !== 'account') return go('account', { replace: true });
      shell.show(accountPage(context, state.user));
    }
    say(notice);
    notice = undefined;
  };
  const say = (said: Notice | undefined): void => {
    shell.say(said);
    // Kept while it is shown: signing out of the login domain leaves the page and comes back.
    memory.set('notice', said?.isProblem ? undefined : said?.words);
  };
  const showStep = async (): Promise<void> => {
    const step = await waitingStep(auth);
    if (currentRoute() !== 'step') return;
    if (step) shell.show(stepPage(context, step));
    else context.next('sign-in', 'That sign-in is over. Please start again.');
  };
  // The back button may bring the page as it was left for a redirect, while somebody has signed in on the way.
  let isKept = false;
  addEventListener('pageshow', ({ persisted }) => (isKept = persisted));
  // A session can end by itself, or on another page of this tab: the page must not go on showing somebody who has left.
  auth.on(({ type }) => {
    if (type === 'expired') context.next('sign-in', 'Your session has ended. Please sign in again.');
    if (type === 'signedOut' && currentRoute() === 'account') context.next('sign-in', 'You are signed out.');
    if (type === 'signedIn' && isKept && currentRoute() === 'sign-in') context.next('account');
    isKept = false;
  });
  onRoute(show);
}

/** What was said when this page was left or loaded anew. */
function said(): Notice | undefined {
  const words = memory.get('notice');
  return words === undefined ? undefined : { words };
}

/** What there is to say where the browser denies storage. */
function forgetful({ persistence }: Auth): Notice | undefined {
  if (persistence === 'memory') return { words: 'Your browser does not let this page store anything: you are signed in until you leave it or load it again.' };
  return undefined;
}

/** What there is to say about a sign-in by redirect that the browser has just come back from. */
function returned({ redirectResult, state }: Auth): Notice | undefined {
  if (!redirectResult) return undefined;
  if (!redirectResult.error) return { words: 'You have signed in on the hosted page.' };
  // Going back to an address that was used, or a link of somebody else's, is no news to whoever is signed in.
  if (redirectResult.error.code === 'redirect_unknown' && state.status === 'signedIn') return undefined;
  return { words: wordingOf(redirectResult.error).text, isProblem: true };
}
