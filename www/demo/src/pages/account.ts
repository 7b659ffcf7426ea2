import type { User } from 'cognate-auth';
import { apiCard } from '../cards/api.ts';
import { devicesCard } from '../cards/devices.ts';
import { loginDomainCard } from '../cards/login-domain.ts';
import { passkeysCard } from '../cards/passkeys.ts';
import { passwordCard } from '../cards/password.ts';
import { profileCard } from '../cards/profile.ts';
import { secondFactorsCard } from '../cards/second-factors.ts';
import { sessionCard } from '../cards/session.ts';
import { element } from '../dom.ts';
import type { Context, Page } from '../page.ts';

/** Who is signed in: the profile, the session and the way out, the app's API, and what protects the account. */
export function accountPage(context: Context, user: User): Page {
  const { api, oauth } = context.config;
  return {
    title: 'You are signed in',
    intro: [user.email ?? user.username, user.emailVerified === true && element('span', { class: 'badge' }, 'Confirmed')],
    content: [profileCard(context), sessionCard(context, user), ...(api ? [apiCard(context.auth, api)] : []), passwordCard(context, user), secondFactorsCard(context), passkeysCard(context), devicesCard(context), ...(oauth ? [loginDomainCard(context.config, oauth.domain)] : [])],
  };
}
