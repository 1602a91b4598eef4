document.querySelectorAll("a[data-confirm]").forEach((link) => {
  link.addEventListener("click", (event) => {
    if (!window.confirm(link.dataset.confirm)) event.preventDefault();
  });
});
//# sourceMappingURL=site.js.map
