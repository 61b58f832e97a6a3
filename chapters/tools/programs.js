"use strict";
// Starts the programs of this page, with the looks of what they make. They stand in front of this one: [[type, text], …]
// as JSON, deflated, in base64.

(async () => {
  const packed = document.querySelector(".programs");
  try {
    const bytes = Uint8Array.from(atob(packed.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    for (const [type, text] of await new Response(stream).json()) {
      const element = document.createElement(type === "text/css" ? "style" : "script");
      document.head.append(Object.assign(element, { type, async: false, textContent: text })); // one after the other
    }
    packed.remove(); // everything has been started
  } catch (error) {
    const says = document.createElement("p");
    says.className = "notice";
    says.textContent = `Nothing moves on this page: it is damaged, or the browser is older than 2023. (${error})`;
    document.querySelector("main").prepend(says);
  }
})();
