import { closeTests } from "./tests/close.mjs";
import { crossOriginTests } from "./tests/cross-origin.mjs";
import { documentTests } from "./tests/documents.mjs";
import { eventTests } from "./tests/events.mjs";
import { formatTests } from "./tests/format.mjs";
import { handlerTests } from "./tests/handlers.mjs";
import { interfaceTests } from "./tests/interface.mjs";
import { reconnectTests } from "./tests/reconnect.mjs";
import { requestTests } from "./tests/request.mjs";

const TESTS = {
  ...interfaceTests,
  ...requestTests,
  ...crossOriginTests,
  ...formatTests,
  ...eventTests,
  ...handlerTests,
  ...closeTests,
  ...reconnectTests,
};

/**
 * All tests of a context, by name. Each tests a rule of the standard for classes with the interface of `EventSource`.
 *
 * @param {string} context
 */
export const testsOf = (context) => (context === "window" ? { ...TESTS, ...documentTests } : TESTS);
