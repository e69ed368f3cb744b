/** The offscreen document of the extension. */
import { answerMessages } from "./answer.mjs";

answerMessages("offscreen document");
