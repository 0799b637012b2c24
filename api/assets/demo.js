// The demo's page: a browser in which a visitor comes and goes. Links in the phone beside it open in it.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const { book, shop } = document.body.dataset;
  const visit = $("visit");
  let leaving = false;

  const open = (address) => {
    leaving = false;
    $("gone").hidden = true;
    visit.src = address;
    for (const [id, at] of [["book", book], ["shop", shop]]) if ($(id)) $(id).setAttribute("aria-pressed", String(at === address));
  };
  $("book").addEventListener("click", () => open(book));
  if ($("shop")) $("shop").addEventListener("click", () => open(shop));
  $("leave").addEventListener("click", () => {
    leaving = true;
    visit.src = "about:blank"; // the page hears pagehide, as when its tab is closed
    $("gone").hidden = false;
  });
  // A link in the phone navigates the frame from outside; then somebody is on a page again.
  visit.addEventListener("load", () => {
    if (!leaving) $("gone").hidden = true;
    leaving = false;
  });
})();
