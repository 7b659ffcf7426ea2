// Loaded into each test file's process. A test that fails has not come to the line that stops its servers; the process would stay until the
// time limit of the whole file, ten minutes later, and hide which test it was behind a second failure. This ends it once every test is done.

import { after } from 'node:test';

const GRACE_MS = 30_000;

after(() => {
  setTimeout(() => process.exit(), GRACE_MS).unref();
});
