// What a pool keeps besides users: the look and the terms of its pages, settings of risks and logs.

import assert from 'node:assert/strict';

export async function records(call, { knows }) {
  const { UserPool: pool } = await call('CreateUserPool', { PoolName: 'records', AliasAttributes: ['email'], AutoVerifiedAttributes: ['email'] });
  const { ClientId } = (await call('CreateUserPoolClient', { UserPoolId: pool.Id, ClientName: 'app' })).UserPoolClient;
  const of = (more = {}) => ({ UserPoolId: pool.Id, ...more });
  await customization(call, of, ClientId);
  if (knows('CreateManagedLoginBranding')) await branding(call, of, ClientId);
  if (knows('CreateTerms')) await terms(call, of, ClientId);
  await settings(call, of);
  if (knows('ListUserPoolReplicas')) assert.deepEqual((await call('ListUserPoolReplicas', of())).UserPoolReplicas, []);
  await call('DeleteUserPool', of());
}

async function customization(call, of, ClientId) {
  const CSS = '.submitButton-customizable { background-color: #7a1fa2; }';
  await call('SetUICustomization', of({ ClientId, CSS }));
  assert.equal((await call('GetUICustomization', of({ ClientId }))).UICustomization.CSS, CSS);
}

async function branding(call, of, ClientId) {
  const Settings = { components: { primaryButton: { lightMode: { defaults: { backgroundColor: '7a1fa2ff' } } } } };
  const made = await call('CreateManagedLoginBranding', of({ ClientId, Settings }));
  const one = of({ ManagedLoginBrandingId: made.ManagedLoginBranding.ManagedLoginBrandingId });
  await call('UpdateManagedLoginBranding', { ...one, Settings: { ...Settings, categories: {} } });
  assert.deepEqual((await call('DescribeManagedLoginBranding', one)).ManagedLoginBranding.Settings, { ...Settings, categories: {} });
  const byClient = await call('DescribeManagedLoginBrandingByClient', of({ ClientId }));
  assert.equal(byClient.ManagedLoginBranding.ManagedLoginBrandingId, one.ManagedLoginBrandingId);
  await call('DeleteManagedLoginBranding', one);
}

async function terms(call, of, ClientId) {
  const Links = { 'cognito:default': 'https://example.com/terms' };
  const named = { ClientId, TermsName: 'terms-of-use' };
  const made = await call('CreateTerms', of({ ...named, TermsSource: 'LINK', Enforcement: 'NONE', Links }));
  const one = of({ TermsId: made.Terms.TermsId });
  await call('UpdateTerms', { ...one, Links: { ...Links, 'cognito:german': 'https://example.com/agb' } });
  assert.equal((await call('DescribeTerms', one)).Terms.Links['cognito:german'], 'https://example.com/agb');
  assert.equal((await call('DescribeTermsByClient', of(named))).Terms.TermsId, one.TermsId);
  assert.equal((await call('ListTerms', of())).Terms.length, 1);
  await call('DeleteTerms', one);
}

async function settings(call, of) {
  const RiskExceptionConfiguration = { BlockedIPRangeList: ['192.0.2.0/24'] };
  await call('SetRiskConfiguration', of({ RiskExceptionConfiguration }));
  assert.deepEqual((await call('DescribeRiskConfiguration', of())).RiskConfiguration.RiskExceptionConfiguration, RiskExceptionConfiguration);
  const LogConfigurations = [{ EventSource: 'userNotification', LogLevel: 'ERROR', S3Configuration: { BucketArn: 'arn:aws:s3:::logs' } }];
  await call('SetLogDeliveryConfiguration', of({ LogConfigurations }));
  assert.deepEqual((await call('GetLogDeliveryConfiguration', of())).LogDeliveryConfiguration.LogConfigurations, LogConfigurations);
}
