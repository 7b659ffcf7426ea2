// Users out of a file: one job that runs, one that is stopped.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

export async function imports(call) {
  const UserPoolId = (await call('CreateUserPool', { PoolName: 'imported', UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'] })).UserPool.Id;
  const { CSVHeader } = await call('GetCSVHeader', { UserPoolId });
  const values = { 'cognito:username': 'ada@example.com', email: 'ada@example.com', email_verified: 'true', phone_number_verified: 'false', 'cognito:mfa_enabled': 'false' };
  const file = [CSVHeader, CSVHeader.map((name) => values[name] ?? '')].map((row) => `${row.join(',')}\n`).join('');

  const create = async (JobName) => {
    const { UserImportJob } = await call('CreateUserImportJob', { UserPoolId, JobName, CloudWatchLogsRoleArn: 'arn:aws:iam::000000000000:role/import' });
    return { UserPoolId, JobId: UserImportJob.JobId, url: UserImportJob.PreSignedUrl };
  };
  const { url, ...job } = await create('first');
  const uploaded = await fetch(url, { method: 'PUT', body: file, headers: { 'x-amz-server-side-encryption': 'aws:kms' } });
  assert.equal(uploaded.status, 200, await uploaded.text());
  await call('StartUserImportJob', job);
  let described;
  for (let tries = 0; tries < 200; tries += 1) {
    described = (await call('DescribeUserImportJob', job)).UserImportJob;
    if (!['Pending', 'InProgress'].includes(described.Status)) break;
    await sleep(25);
  }
  assert.deepEqual([described.Status, described.ImportedUsers, described.FailedUsers], ['Succeeded', 1, 0]);
  assert.equal((await call('ListUsers', { UserPoolId })).Users[0].UserStatus, 'RESET_REQUIRED');

  const { url: _, ...second } = await create('second');
  await assert.rejects(call('StopUserImportJob', second)); // it does not run
  assert.equal((await call('ListUserImportJobs', { UserPoolId, MaxResults: 10 })).UserImportJobs.length, 2);
  await stopped(call, UserPoolId, create, CSVHeader, values);
}

// A file that takes a while, so that there is something to stop.
async function stopped(call, UserPoolId, create, header, values) {
  const { url, ...job } = await create('long');
  const rows = Array.from({ length: 20_000 }, (_, i) => header.map((name) => (['cognito:username', 'email'].includes(name) ? `p${i}@example.com` : values[name] ?? '')).join(','));
  await fetch(url, { method: 'PUT', body: `${header.join(',')}\n${rows.join('\n')}\n`, headers: { 'x-amz-server-side-encryption': 'aws:kms' } });
  await call('StartUserImportJob', job);
  const { UserImportJob } = await call('StopUserImportJob', job);
  assert.ok(['Stopping', 'Stopped'].includes(UserImportJob.Status), UserImportJob.Status);
}
