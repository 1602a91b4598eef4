import "./dialog.css";

export function show(title, image) {
  const dialog = document.createElement("dialog");
  dialog.className = "more";
  dialog.innerHTML = `<img src="${image}" alt=""><h2>${title}</h2>`;
  document.body.append(dialog);
  dialog.showModal();
}
