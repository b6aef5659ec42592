// Runs before anything is painted, so that a dark page never flashes white. The key is the one
// under which Mantine looks for a choice when its components start.
(function () {
  "use strict";
  var wanted = null;
  try {
    wanted = window.localStorage.getItem("mantine-color-scheme-value");
  } catch (error) {
    wanted = null; // storage may be switched off: then the system decides
  }
  if (wanted !== "light" && wanted !== "dark") {
    wanted = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.setAttribute("data-mantine-color-scheme", wanted);
})();
