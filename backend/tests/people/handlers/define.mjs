// Two right answers in a row within four tries; after the password, if it began with one.
export const handler = async (event) => {
    const { session, userNotFound } = event.request;
    const last = session.at(-1);
    const answers = session.filter((one) => one.challengeName === 'CUSTOM_CHALLENGE');
    if (last?.challengeName === 'SRP_A') {
        event.response.challengeName = 'PASSWORD_VERIFIER';
    } else if (answers.slice(-2).filter((one) => one.challengeResult).length === 2) {
        // Nobody gets in who does not exist, even if the trigger forgets to look.
        event.response.issueTokens = true;
    } else if (answers.length >= 4) {
        event.response.failAuthentication = true;
    } else {
        event.response.challengeName = 'CUSTOM_CHALLENGE';
    }
    if (userNotFound !== undefined && typeof userNotFound !== 'boolean') throw new Error('userNotFound is no boolean');
    return event;
};
