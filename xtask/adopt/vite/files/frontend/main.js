import "./site.css";
import logo from "./logo.svg?no-inline";

document.querySelector("#logo").src = logo;
document.querySelector("#more").addEventListener("click", async () => {
  const { show } = await import("./dialog.js");
  show("More", logo);
});
