// An app of somebody else: an empty folder, the tarball, a bundler, and the five lines of the README.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The tarball that `npm run package` made, as `npm test` leaves it. */
export function tarball() {
  const folder = join(ROOT, 'target', 'package');
  const name = readdirSync(folder).find((file) => /^cognate-auth-[\d.]+\.tgz$/.test(file));
  if (!name) throw new Error('the package is not packed; pack it with: npm run package');
  return join(folder, name);
}

/** A version that the root package.json fixes. */
export function version(name) {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).devDependencies[name];
}

/** Makes the app's folder outside of this repository and installs what it depends on; `files` by path. */
export async function makeApp(files, packages) {
  const folder = await mkdtemp(join(tmpdir(), 'cognate-app-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  run(folder, 'npm', ['install', tarball(), ...packages, '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']);
  return {
    folder,
    read: (path) => readFile(join(folder, path), 'utf8'),
    /** Runs one of the app's own tools to its end. */
    tool: (name, args) => run(folder, join(folder, 'node_modules', '.bin', name), args),
    /** Starts one of the app's own tools and waits for the address that it prints. */
    serve: (name, args) => serve(folder, join(folder, 'node_modules', '.bin', name), args),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The app's files: plain TypeScript, strict, as a newcomer has them. */
export function viteApp({ endpoint, issuer, userPoolId, clientId }) {
  return {
    'package.json': JSON.stringify({ name: 'app', private: true, type: 'module' }),
    'index.html': '<!doctype html><html lang="en"><title>app</title><body><script type="module" src="/src/main.ts"></script></body></html>',
    'tsconfig.json': JSON.stringify({
      compilerOptions: { target: 'ES2022', module: 'ESNext', moduleResolution: 'bundler', lib: ['ES2022', 'DOM'], types: [], strict: true, noEmit: true },
      include: ['src'],
    }),
    'src/main.ts': `
import { createAuth, isAuthError, type SignInStep, type User } from 'cognate-auth';

async function signIn(username: string, password: string): Promise<User> {
  const auth = await createAuth({
    userPoolId: ${JSON.stringify(userPoolId)}, clientId: ${JSON.stringify(clientId)},
    endpoint: ${JSON.stringify(endpoint)}, issuer: ${JSON.stringify(issuer)},
  });
  const step: SignInStep = await auth.signIn({ username, password });
  if (step.kind !== 'done') throw new Error(step.kind);
  return step.user;
}

declare global { interface Window { signIn(username: string, password: string): Promise<string> } }
window.signIn = async (username, password) => {
  try {
    return (await signIn(username, password)).email ?? '';
  } catch (error) {
    return isAuthError(error) ? error.code : String(error);
  }
};
document.title = 'ready';
`,
  };
}

function run(cwd, command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 180_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? ''}\n${stdout}\n${stderr}`);
  return stdout;
}

async function serve(cwd, command, args) {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${command} printed no address:\n${output}`)), 60_000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        const found = /http:\/\/[\w.[\]:]+:\d+/.exec(output);
        if (found) resolve(found[0]);
        if (found) clearTimeout(late);
      });
    }
    child.once('exit', (code) => reject(new Error(`${command} ended (${code}):\n${output}`)));
  });
  return {
    url,
    output: () => output,
    stop: async () => {
      process.removeListener('exit', kill);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000)).then(() => child.kill('SIGKILL'))]);
    },
  };
}
