// Runs one handler file in a process of its own: events come in on standard input, a line each; what becomes of
// them goes out on standard output behind a mark, so that nothing else that is written there is taken for it.
// Everything a handler logs goes to standard error.

import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

const [file, mark] = process.argv.slice(1);
const LONGEST_MESSAGE = 1000;

const send = (said) => {
    const bytes = Buffer.from(`${mark} ${JSON.stringify(said)}\n`);
    for (let at = 0; at < bytes.length; ) {
        try {
            at += writeSync(1, bytes, at);
        } catch (error) {
            if (error.code !== 'EAGAIN') throw error;
        }
    }
};
process.stdout.write = process.stderr.write.bind(process.stderr);

// However busy the handler is: without the backend this process ends.
new Worker(
    `const parent = process.ppid;
     setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 500);`,
    { eval: true, env: {}, stdin: false },
).unref();

let current;
function settle(kind, value, ends = false) {
    const call = current;
    if (call === undefined) return;
    current = undefined;
    if (kind === 'thrown') return send({ id: call, kind, text: messageOf(value), ends });
    try {
        send({ id: call, kind, text: value === undefined ? 'null' : (JSON.stringify(value) ?? 'null') });
    } catch (error) {
        send({ id: call, kind: 'unreadable', text: messageOf(error) });
    }
}
function messageOf(error) {
    try {
        const isObject = typeof error === 'object' && error !== null;
        const text = isObject && 'message' in error ? error.message : error;
        return String(text).slice(0, LONGEST_MESSAGE);
    } catch {
        return 'unknown error';
    }
}
// An exception nobody catches ends the call and the process, as it does in Lambda.
for (const name of ['uncaughtException', 'unhandledRejection']) {
    process.on(name, (error) => {
        console.error(error);
        settle('thrown', error, true);
        process.exit(1);
    });
}

let handler;
try {
    const loaded = await import(pathToFileURL(file));
    handler = loaded.handler ?? loaded.default?.handler;
    if (typeof handler !== 'function') throw new Error('it exports no function named handler');
} catch (error) {
    send({ kind: 'crashed', text: messageOf(error) });
    process.exit(1);
}
send({ kind: 'ready', text: '' });

const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
lines.on('line', (line) => {
    const { id, event, millis } = JSON.parse(line);
    current = id;
    const done = (kind, value) => {
        if (current === id) settle(kind, value);
    };
    const callback = (error, value) =>
        error === null || error === undefined ? done('answered', value) : done('thrown', error);
    const until = performance.now() + millis;
    const context = {
        functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
        functionVersion: '$LATEST',
        awsRequestId: id,
        callbackWaitsForEmptyEventLoop: true,
        getRemainingTimeInMillis: () => Math.max(Math.floor(until - performance.now()), 0),
        done: callback,
        succeed: (value) => done('answered', value),
        fail: (error) => done('thrown', error),
    };
    try {
        const result = handler(event, context, callback);
        if (typeof result?.then === 'function') {
            result.then((value) => done('answered', value), (error) => done('thrown', error));
        } else if (handler.length < 3 && result !== undefined) {
            done('answered', result);
        }
    } catch (error) {
        done('thrown', error);
    }
});
