// What the engine adds to the language, and how it calls a handler. Evaluated first in every context; gives the
// driver that the host talks to. `host` has the few functions that are not JavaScript. Nothing here is trusted with
// a limit: time, memory and depth are the host's. A handler that replaces built-ins confuses only its own call.
(function (host) {
    'use strict';

    const { stringify, parse } = JSON;
    const Fatal = InternalError; // QuickJS's own: thrown when memory runs out
    const longestMessage = 1000;

    function define(name, value) {
        Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
    }

    // console: each call is one line of the backend's log.
    function shown(value) {
        if (typeof value === 'string') return value;
        if (value instanceof Error) return value.stack ? `${value}\n${value.stack}` : `${value}`;
        if (typeof value === 'object' && value !== null) {
            try {
                return stringify(value) ?? String(value);
            } catch {
                return Object.prototype.toString.call(value);
            }
        }
        return String(value);
    }
    const line = (level) => (...values) => host.log(level, values.map(shown).join(' ').toWellFormed());
    const plain = line('info');
    define('console', { log: plain, info: plain, debug: plain, trace: plain, warn: line('warn'), error: line('error') });

    // Timers: the host waits for the next one when nothing else is left to do.
    const timers = new Map();
    let lastTimer = 0;
    define('setTimeout', function setTimeout(callback, delay = 0, ...values) {
        if (typeof callback !== 'function') throw new TypeError('The callback must be a function');
        lastTimer += 1;
        timers.set(lastTimer, { due: host.now() + Math.max(Number(delay) || 0, 1), run: () => callback(...values) });
        return lastTimer;
    });
    define('clearTimeout', function clearTimeout(timer) {
        timers.delete(timer);
    });
    function nextTimer() {
        let next;
        for (const [id, { due }] of timers) if (next === undefined || due < next.due) next = { id, due };
        return next;
    }

    // Text and bytes.
    define('TextEncoder', class TextEncoder {
        get encoding() {
            return 'utf-8';
        }
        encode(text = '') {
            return new Uint8Array(host.bytesOfText(String(text).toWellFormed()));
        }
    });
    define('TextDecoder', class TextDecoder {
        constructor(label = 'utf-8') {
            if (!/^utf-?8$/i.test(label)) throw new RangeError(`The encoding ${label} is not supported`);
        }
        get encoding() {
            return 'utf-8';
        }
        decode(bytes = new Uint8Array()) {
            const view = ArrayBuffer.isView(bytes)
                ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
                : new Uint8Array(bytes);
            return host.textOfBytes(Array.from(view));
        }
    });

    // crypto: the Web's and Node's names for randomness.
    const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    function randomBytes(size) {
        if (!Number.isInteger(size) || size < 0 || size > 65536) throw new RangeError('The size must be 0 to 65536');
        const bytes = new Uint8Array(host.random(size));
        Object.defineProperty(bytes, 'toString', {
            value: (encoding = 'hex') => host.encode(Array.from(bytes), String(encoding)),
        });
        return bytes;
    }
    define('crypto', {
        getRandomValues(view) {
            bytesOf(view).set(randomBytes(view.byteLength));
            return view;
        },
        randomUUID: () => host.uuid(),
        randomBytes,
        randomInt(low, high) {
            const [from, to] = high === undefined ? [0, low] : [low, high];
            if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to <= from || to - from > 2 ** 48) {
                throw new RangeError('The bounds must be whole numbers, the second one larger');
            }
            return from + host.below(to - from);
        },
        timingSafeEqual(one, other) {
            if (one.byteLength !== other.byteLength) throw new RangeError('The lengths differ');
            return host.equal(Array.from(bytesOf(one)), Array.from(bytesOf(other)));
        },
    });

    define('process', { env: {} });

    // CommonJS.
    function require(name) {
        if (name === 'crypto' || name === 'node:crypto') return globalThis.crypto;
        const error = new Error(`Cannot find module '${name}': a handler file is on its own, with node:crypto`);
        error.code = 'MODULE_NOT_FOUND';
        throw error;
    }

    // The call.
    let outcome;
    function settle(kind, value) {
        if (outcome !== undefined) return;
        if (kind === 'thrown') {
            outcome = failure(value);
            return;
        }
        try {
            outcome = { kind, text: value === undefined ? 'null' : (stringify(value) ?? 'null') };
        } catch (error) {
            outcome = failure(error).kind === 'crashed' ? failure(error) : { kind: 'unreadable', text: messageOf(error) };
        }
    }
    function messageOf(error) {
        try {
            const isObject = typeof error === 'object' && error !== null;
            const text = isObject && 'message' in error ? error.message : error;
            return String(text).slice(0, longestMessage).toWellFormed();
        } catch {
            return 'unknown error';
        }
    }
    function failure(error) {
        // Where there is no memory even for an error, the engine throws null.
        const isFatal = error === null || (error instanceof Fatal && error.message === 'out of memory');
        return isFatal ? { kind: 'crashed', text: 'out of memory' } : { kind: 'thrown', text: messageOf(error) };
    }

    return {
        /** The exports of a CommonJS file, compiled to a function. */
        commonJs(body, name) {
            const module = { exports: {} };
            body.call(module.exports, module.exports, require, module, name, '');
            return module.exports;
        },
        /** Calls a handler in any of its forms: async, with a callback, or with the old context.done. */
        call(handler, event, name, id) {
            const callback = (error, value) =>
                error === null || error === undefined ? settle('answered', value) : settle('thrown', error);
            const context = {
                functionName: name,
                functionVersion: '$LATEST',
                awsRequestId: id,
                callbackWaitsForEmptyEventLoop: true,
                getRemainingTimeInMillis: () => host.remaining(),
                done: callback,
                succeed: (value) => settle('answered', value),
                fail: (error) => settle('thrown', error),
            };
            try {
                const result = handler(parse(event), context, callback);
                if (typeof result === 'object' && result !== null && typeof result.then === 'function') {
                    result.then((value) => settle('answered', value), (error) => settle('thrown', error));
                } else if (handler.length < 3 && result !== undefined) {
                    settle('answered', result);
                }
            } catch (error) {
                settle('thrown', error);
            }
        },
        /** What came of it, once it is known. */
        outcome: () => outcome,
        /** Milliseconds until the next timer; nothing if there is none. */
        wait() {
            const next = nextTimer();
            return next === undefined ? undefined : Math.max(next.due - host.now(), 0);
        },
        /** Runs the next timer. */
        tick() {
            const next = nextTimer();
            if (next === undefined) return;
            const { run } = timers.get(next.id);
            timers.delete(next.id);
            try {
                run();
            } catch (error) {
                settle('thrown', error); // an exception nobody catches ends the call, as it ends a process
            }
        },
    };
})
