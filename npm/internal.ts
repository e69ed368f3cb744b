/**
 * What `eventsource-wasm/fetch-event-source` needs of the main entry besides what is public: both are on the same engine, and a
 * third module for it would be compressed apart from either.
 */

export { prepareEngine as _prepareEngine } from "./engine/engine.js";
export { mayResend as _mayResend } from "./engine/machine.js";
export { report as _report } from "./error/errors.js";
export { eventStreamResponse as _eventStreamResponse } from "./shell/event-stream.js";
export { isRequest as _isRequest } from "./shell/interfaces.js";
export { resolveUrl as _resolveUrl, withoutUserinfo as _withoutUserinfo } from "./source/options.js";
export { completed as _completed, isNative as _isNative } from "./source/request.js";
export { Session as _Session } from "./source/session.js";
