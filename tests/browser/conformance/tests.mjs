import { closeTests } from "./tests/close.mjs";
import { crossOriginTests } from "./tests/cross-origin.mjs";
import { eventTests } from "./tests/events.mjs";
import { formatTests } from "./tests/format.mjs";
import { handlerTests } from "./tests/handlers.mjs";
import { interfaceTests } from "./tests/interface.mjs";
import { reconnectTests } from "./tests/reconnect.mjs";
import { requestTests } from "./tests/request.mjs";

/** All tests by name: each is what the standard wants of any class with the interface of `EventSource`. */
export const TESTS = {
  ...interfaceTests,
  ...requestTests,
  ...crossOriginTests,
  ...formatTests,
  ...eventTests,
  ...handlerTests,
  ...closeTests,
  ...reconnectTests,
};
