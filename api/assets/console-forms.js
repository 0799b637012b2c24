// Small comforts of the console's forms. All of them work without it.
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const words = button.textContent;
    button.addEventListener("click", async () => {
      const from = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(from.textContent);
        button.textContent = "Copied";
      } catch { // no permission: it is marked, so that one key copies it
        getSelection().selectAllChildren(from);
        button.textContent = "Marked: press Ctrl+C";
      }
      setTimeout(() => { button.textContent = words; }, 3000);
    });
  }
  const number = document.querySelector('select[name="follow_up.phone_number"]');
  number?.addEventListener("change", () => {
    const shown = number.selectedOptions[0].textContent.match(/\(\d{3}\) \d{3}-\d{4}/);
    for (const from of document.querySelectorAll("[data-from]")) from.textContent = shown ? shown[0] : "Your number";
  });
  document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }); // where the bar is wider than a phone
  document.querySelector(".wrong input, .wrong select, .wrong textarea")?.focus();
})();
