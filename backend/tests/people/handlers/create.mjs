// A sum to add up; the private parameters hold the result.
import { randomInt } from 'node:crypto';

export const handler = async (event) => {
    const [a, b] = [randomInt(1000, 9999), randomInt(1000, 9999)];
    event.response.publicChallengeParameters = {
        question: `${a} + ${b}`,
        round: String(event.request.session.length),
        seen: JSON.stringify(event.request.session.map((one) => one.challengeMetadata)),
        metadata: JSON.stringify(event.request.clientMetadata ?? null),
        notFound: String(event.request.userNotFound),
        USERNAME: 'overwritten',
    };
    event.response.privateChallengeParameters = { sum: String(a + b) };
    event.response.challengeMetadata = `SUM_${event.request.session.length}`;
    return event;
};
