import { greet } from "./lib/greet.js";
import * as words from './lib/words.js';
export { greet } from "./lib/greet.js";

greet(words.hello);
import("./lib/later.js").then((later) => later.start());
