function a(root, language) {
  root.lang = language;
  import("./chunk-GONE.js").catch(() => {});
}
export { a };
