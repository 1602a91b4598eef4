import { a as show } from "./chunk-4GYXOQTS.js";

show(document.querySelector("app-root"), "en-US");
//# sourceMappingURL=main.js.map
