"use strict";
// A page in a frame of a notebook: the frame is as high as the film, and higher while a sheet lies below the picture.

{
  const SHEET = 340, BESIDE = 480, MOST = 0.85 * screen.availHeight;  // pixels; a higher film is scrolled in its frame
  let frame = null;
  try { frame = frameElement; } catch { /* a viewer that lets nobody look out of the frame */ }
  if (frame) {
    frame.previousElementSibling?.remove();  // the picture for viewers that take no pages
    const film = document.querySelector(".film"), { classList } = film;
    const fit = () => {
      const height = film.querySelector(".stage").offsetHeight + film.querySelector(".controls").offsetHeight;
      const asked = !classList.contains("asked") ? 0 : classList.contains("wide") ? BESIDE : height + SHEET;
      frame.style.height = `${Math.ceil(Math.min(Math.max(height, asked), MOST)) + 2}px`;
    };
    new MutationObserver(fit).observe(film, { attributeFilter: ["class"] });
    new ResizeObserver(fit).observe(film.querySelector(".stage"));
    fit();
  }
}
