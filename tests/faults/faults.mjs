import { content } from "./faults/content.mjs";
import { cuts } from "./faults/cuts.mjs";
import { http } from "./faults/http.mjs";
import { pace } from "./faults/pace.mjs";
import { reported } from "./faults/reported.mjs";
import { statuses } from "./faults/statuses.mjs";

export { broken } from "./faults/broken.mjs";

/** The faults. With each fault, a correct client gets every event once, in order. */
export const faults = [...cuts, ...pace, ...statuses, ...http, ...content, ...reported];
