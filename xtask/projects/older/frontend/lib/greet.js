import "./words.js";
export const greet = (word) => console.log(word);
