// The client's SRP computation (A, then the password claim for a challenge), ours and amazon-cognito-identity-js's, in Chromium and in
// Node. Warm: the median of many in one process, the two clients in turns. Cold: a fresh process or browser context for each, from code
// that nothing has read yet to the claim: parsing, compiling, and the first computation. In Chromium the client's files are in the page's
// memory by then, because how long they travel depends on their size (see the topic `bytes`) and on a network, which loopback is not; that
// figure with the loopback's requests in it is printed beside it. Every claim is checked as a server does.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launchChromium } from '../support/chromium.mjs';
import { buildClients } from './srp/build.mjs';
import { challenge, check } from './srp/challenge.mjs';
import { opensslExponentiations } from './srp/openssl.mjs';
import { median, printTable, ratio, short, verdict } from './table.mjs';

const CLIENTS = ['ours', 'identity-js'];

export async function benchSrp({ quick = false } = {}) {
  const rounds = quick ? 3 : 25;
  const coldRounds = quick ? 2 : 9;
  const folder = await buildClients();
  const node = { warm: await warmInNode(folder, rounds), cold: coldInNode(folder, coldRounds) };
  const chromium = await inChromium(folder, rounds, coldRounds);
  const openssl = opensslExponentiations();
  const native = median(Array.from({ length: rounds + 2 }, openssl).slice(2));

  const [ours, peer] = CLIENTS.map((client) => (
    [chromium.warm[client], chromium.cold[client], chromium.fetched[client], node.warm[client], node.cold[client]]));
  const faster = ours.map((ms, at) => peer[at] / ms);
  const overNative = [ours[0] / native, ours[3] / native];
  const columns = ['client', 'Chromium warm', 'Chromium cold', 'cold, with requests', 'Node warm', 'Node cold'];
  printTable('Client SRP: A and the password claim, ms (medians)', columns, [
    ['cognate-core in wasm', ...ours.map(short)],
    ['amazon-cognito-identity-js', ...peer.map(short)],
    ['ours is faster by', ...faster.map((times) => `${short(times)}x`)],
    ['OpenSSL, native: the exponentiations only', short(native), '-', '-', short(native), '-'],
    ['ours / OpenSSL', ratio(ours[0], native), '-', '-', ratio(ours[3], native), '-'],
  ], [
    `Chromium: warm ${verdict(faster[0] >= 13, '13x faster')}, cold ${verdict(faster[1] >= 8, '8x faster')}, ${verdict(overNative[0] <= 4, 'at most 4x OpenSSL')}`,
    'Our secret a has 256 bits, the peer\'s 1,024: part of the difference is that choice (RFC 5054 asks for 256).',
  ]);
  return { node, chromium, native };
}

async function warmInNode(folder, rounds) {
  const clients = {};
  for (const client of CLIENTS) {
    clients[client] = await import(pathToFileURL(join(folder, `${client}.mjs`)).href);
    await clients[client].load(client === 'ours' ? readFileSync(join(folder, 'srp.wasm')) : undefined);
  }
  const times = Object.fromEntries(CLIENTS.map((client) => [client, []]));
  for (let round = -2; round < rounds; round += 1) {
    for (const client of CLIENTS) {
      const begun = performance.now();
      const result = clients[client].signIn(challenge);
      const ms = performance.now() - begun;
      check(result);
      if (round >= 0) times[client].push(ms);
    }
  }
  return medians(times);
}

function coldInNode(folder, rounds) {
  const script = fileURLToPath(new URL('./srp/cold.mjs', import.meta.url));
  const times = Object.fromEntries(CLIENTS.map((client) => [client, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const client of CLIENTS) {
      const run = spawnSync(process.execPath, [script, folder, client], { encoding: 'utf8' });
      if (run.status !== 0) throw new Error(`the cold run of ${client} failed: ${run.stderr}`);
      const { ms, result } = JSON.parse(run.stdout);
      check(result);
      times[client].push(ms);
    }
  }
  return medians(times);
}

async function inChromium(folder, rounds, coldRounds) {
  const server = await serve(folder);
  const browser = await launchChromium();
  try {
    const cold = Object.fromEntries(CLIENTS.map((client) => [client, []]));
    const fetched = Object.fromEntries(CLIENTS.map((client) => [client, []]));
    for (let round = 0; round < coldRounds; round += 1) {
      for (const client of CLIENTS) {
        cold[client].push(await coldInChromium(browser, server.url, client, true));
        fetched[client].push(await coldInChromium(browser, server.url, client, false));
      }
    }
    const page = await browser.newPage();
    await page.goto(server.url);
    const samples = await page.evaluate(async ([names, task, times]) => {
      const clients = [];
      for (const name of names) {
        const client = await import(`/${name}.mjs`);
        await client.load('/srp.wasm');
        clients.push([name, client]);
      }
      const taken = [];
      for (let round = -2; round < times; round += 1) {
        for (const [name, { signIn }] of clients) {
          const begun = performance.now();
          const result = signIn(task);
          taken.push({ name, round, ms: performance.now() - begun, result });
        }
        await new Promise((resolve) => { setTimeout(resolve, 0); });
      }
      return taken;
    }, [CLIENTS, challenge, rounds]);
    const warm = Object.fromEntries(CLIENTS.map((client) => [client, []]));
    for (const { name, round, ms, result } of samples) {
      check(result);
      if (round >= 0) warm[name].push(ms);
    }
    return { cold: medians(cold), fetched: medians(fetched), warm: medians(warm) };
  } finally {
    await browser.close();
    await server.close();
  }
}

// One sign-in in a context of its own: its renderer has never seen the client.
async function coldInChromium(browser, url, client, isInMemory) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    const { ms, result } = await page.evaluate(async ([name, task, prefetch]) => {
      let [script, wasm] = [`/${name}.mjs`, '/srp.wasm'];
      if (prefetch) {
        const text = await (await fetch(script)).text();
        script = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
        wasm = await (await fetch(wasm)).arrayBuffer();
      }
      const begun = performance.now();
      const { load, signIn } = await import(script);
      await load(wasm);
      const claim = signIn(task);
      return { ms: performance.now() - begun, result: claim };
    }, [client, challenge, isInMemory]);
    check(result);
    return ms;
  } finally {
    await context.close();
  }
}

async function serve(folder) {
  const contentTypes = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    if (path === '/') return response.setHeader('content-type', 'text/html').end('<!doctype html><title>bench</title>');
    if (!/^\/[\w-]+\.(mjs|wasm)$/.test(path)) return response.writeHead(404).end();
    return response.setHeader('content-type', contentTypes[extname(path)]).end(readFileSync(join(folder, path)));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

function medians(times) {
  return Object.fromEntries(Object.entries(times).map(([client, samples]) => [client, median(samples)]));
}
