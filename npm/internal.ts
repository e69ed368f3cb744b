/**
 * Internals of the main entry that `eventsource-wasm/fetch-event-source` and `eventsource-wasm/shared` use. All entries share
 * one engine; a separate module for these exports would be compressed separately.
 */

export { prepareEngine as _prepareEngine } from "./engine/engine.js";
export { mayResend as _mayResend } from "./engine/machine.js";
export { encode as _encode } from "./engine/utf8.js";
export { start as _start } from "./engine/wasm.js";
export { report as _report } from "./error/errors.js";
export { eventStreamResponse as _eventStreamResponse } from "./shell/event-stream.js";
export { isRequest as _isRequest } from "./shell/interfaces.js";
export {
  checkRequestOptions as _checkRequestOptions,
  headerId as _headerId,
  initialDelay as _initialDelay,
  resolveUrl as _resolveUrl,
  withoutUserinfo as _withoutUserinfo,
} from "./source/options.js";
export { completed as _completed, isNative as _isNative } from "./source/request.js";
export { Session as _Session } from "./source/session.js";
export { StoredId as _StoredId } from "./source/stored-id.js";
