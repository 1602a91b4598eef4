import { a as show } from "./chunk-4GYXOQTS.js";

show(document.querySelector("app-root"), "de-DE");
//# sourceMappingURL=main.js.map
