// Users by the thousand: through a CSV import where there is one, else one by one.

import { setTimeout as sleep } from 'node:timers/promises';
import {
  AdminCreateUserCommand,
  CreateUserImportJobCommand,
  DescribeUserImportJobCommand,
  GetCSVHeaderCommand,
  StartUserImportJobCommand,
} from '@aws-sdk/client-cognito-identity-provider';

const AT_ONCE = 4;

/** Imports `count` users and waits for the end; throws unless all of them are there. Answers how many. */
export async function importUsers({ admin, poolId: UserPoolId }, count) {
  const { CSVHeader } = await admin.send(new GetCSVHeaderCommand({ UserPoolId }));
  const lines = [CSVHeader.join(',')];
  for (let i = 0; i < count; i += 1) lines.push(CSVHeader.map((column) => valueOf(column, i)).join(','));
  const { UserImportJob } = await admin.send(new CreateUserImportJobCommand({
    UserPoolId, JobName: 'crowd', CloudWatchLogsRoleArn: 'arn:aws:iam::000000000000:role/crowd',
  }));
  const uploaded = await fetch(UserImportJob.PreSignedUrl, { method: 'PUT', body: `${lines.join('\n')}\n`, headers: { 'x-amz-server-side-encryption': 'aws:kms' } });
  if (!uploaded.ok) throw new Error(`the upload answered ${uploaded.status}`);
  const named = { UserPoolId, JobId: UserImportJob.JobId };
  await admin.send(new StartUserImportJobCommand(named));
  for (;;) {
    const job = (await admin.send(new DescribeUserImportJobCommand(named))).UserImportJob;
    if (job.Status === 'Succeeded' && job.ImportedUsers === count) return count;
    if (!['Pending', 'InProgress'].includes(job.Status)) throw new Error(`the import ended with ${job.Status}, ${job.ImportedUsers} of ${count}`);
    await sleep(50);
  }
}

function valueOf(column, i) {
  switch (column) {
    case 'cognito:username':
    case 'email': return `crowd-${i}@example.com`;
    case 'email_verified': return 'true';
    case 'phone_number_verified':
    case 'cognito:mfa_enabled': return 'false';
    case 'given_name': return `Given ${i}`;
    case 'family_name': return `Family ${i % 1000}`;
    default: return '';
  }
}

/** Makes as many by AdminCreateUser, some at once, or as many as there are after `withinMs`; answers how many. */
export async function makeUsers({ admin, poolId: UserPoolId }, count, withinMs) {
  const end = Date.now() + withinMs;
  let next = 0;
  const worker = async () => {
    while (next < count && Date.now() < end) {
      const i = next++;
      const values = { email: `crowd-${i}@example.com`, email_verified: 'true', given_name: `Given ${i}`, family_name: `Family ${i % 1000}` };
      const UserAttributes = Object.entries(values).map(([Name, Value]) => ({ Name, Value }));
      const command = new AdminCreateUserCommand({ UserPoolId, Username: values.email, MessageAction: 'SUPPRESS', UserAttributes });
      await retried(() => admin.send(command));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return next;
}

// The peer answers 500 now and then, when several ask at once; the user may have been made all the same.
async function retried(send) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await send();
    } catch (error) {
      if (tries > 0 && error.name === 'UsernameExistsException') return;
      if (tries === 50 || error.$metadata?.httpStatusCode !== 500) throw error;
    }
  }
}
