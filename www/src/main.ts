import { installLine } from "./install.ts";
import { chat } from "./scenes/chat.ts";
import { live } from "./scenes/live.ts";
import { progress } from "./scenes/progress.ts";
import { resume } from "./scenes/resume.ts";
import { tabs } from "./scenes/tabs.ts";

installLine();
live();
chat();
progress();
resume();
tabs();
