// What the theme makes while it runs and leaves out for people who use no mouse: tables that scroll can be reached by
// the keyboard, and the box of a copy button is no landmark of the page.
"use strict";

function mend() {
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
  for (const box of document.querySelectorAll("nav.md-code__nav:not([role])")) {
    box.setAttribute("role", "none");
  }
}

new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", mend);
mend();
