// The browser's half of the room: one component, the address, the theme, the links.
(function () {
  "use strict";

  var React = window.React;
  var NEWER_EVERY_MS = 60000;

  // Shows HTML that the server rendered from escaping templates.
  function Html(props) {
    return React.createElement(props.tag || "div", {
      id: props.id,
      className: props.className,
      dangerouslySetInnerHTML: { __html: props.html || "" },
    });
  }

  function announce(text) {
    var place = document.getElementById("announce");
    if (place) {
      place.textContent = text;
    }
  }

  function setTheme(name) {
    document.documentElement.setAttribute("data-mantine-color-scheme", name);
    try {
      window.localStorage.setItem("mantine-color-scheme-value", name);
    } catch (error) {
      // Storage may be switched off; the theme then lasts for this page only.
    }
    announce(name === "dark" ? "Dark theme" : "Light theme");
  }

  function copyLink(button) {
    var text = button.querySelector(".button-text");
    var before = text.textContent;
    function said(word) {
      text.textContent = word;
      announce(word);
      window.setTimeout(function () {
        text.textContent = before;
      }, 1600);
    }
    if (!navigator.clipboard) {
      said("Copy the address");
      return;
    }
    navigator.clipboard.writeText(window.location.href).then(
      function () {
        said("Copied");
      },
      function () {
        said("Copy the address");
      }
    );
  }

  var actions = {
    theme: function () {
      var now = document.documentElement.getAttribute("data-mantine-color-scheme");
      setTheme(now === "dark" ? "light" : "dark");
    },
    "copy-link": copyLink,
    reload: function () {
      window.location.reload();
    },
    menu: function (button) {
      var isOpen = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!isOpen));
    },
  };

  // Links between pages keep the view: the query string goes along.
  function follow(event, link) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) {
      return;
    }
    event.preventDefault();
    var target = new URL(link.href);
    window.history.pushState({}, "", target.pathname + window.location.search + target.hash);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
    goToAnchor(target.hash);
  }

  // A link may point at a definition of a page that is not there yet.
  function goToAnchor(hash) {
    if (!hash) {
      return;
    }
    var watch = new MutationObserver(find);
    var giveUp = window.setTimeout(function () {
      watch.disconnect();
    }, 5000);
    function find() {
      var place = document.getElementById(hash.slice(1));
      if (place) {
        watch.disconnect();
        window.clearTimeout(giveUp);
        place.setAttribute("tabindex", "-1");
        place.classList.add("is-target");
        place.scrollIntoView();
        place.focus({ preventScroll: true });
      }
    }
    watch.observe(document.body, { childList: true, subtree: true });
    find();
  }

  document.addEventListener("click", function (event) {
    var actor = event.target.closest("[data-action]");
    if (actor) {
      actions[actor.getAttribute("data-action")](actor);
      return;
    }
    var file = event.target.closest("a[data-export]");
    if (file) {
      // A file shows the view of the page; the address has it.
      file.search = window.location.search;
      return;
    }
    var link = event.target.closest("a[data-nav]");
    if (link) {
      follow(event, link);
    }
    closeChips(event.target);
  });

  function closeChips(target) {
    document.querySelectorAll(".chip details[open], .menu[open]").forEach(function (open) {
      if (!open.contains(target)) {
        open.open = false;
      }
    });
  }

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") {
      return;
    }
    var open = document.querySelector(".chip details[open], .menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  // Says that another snapshot than the one on the page is current.
  function compareSnapshot(current) {
    var shown = document.querySelector("[data-snapshot]");
    var notice = document.getElementById("newer");
    if (shown && notice && current && shown.getAttribute("data-snapshot") !== current) {
      notice.hidden = false;
    }
  }

  // A newer snapshot is looked for once a minute and when the page is looked at again.
  function lookForNewer() {
    if (document.hidden) {
      return;
    }
    window
      .fetch("/healthz", { cache: "no-store" })
      .then(function (answer) {
        return answer.json();
      })
      .then(function (health) {
        compareSnapshot(health.snapshot);
      })
      .catch(function () {
        // The server may be restarting; the next look will tell.
      });
  }
  // The browser looks for the anchor of a link before Dash has laid the page out.
  window.addEventListener("DOMContentLoaded", function () {
    goToAnchor(window.location.hash);
  });

  window.setInterval(lookForNewer, NEWER_EVERY_MS);
  document.addEventListener("visibilitychange", lookForNewer);

  // A thin line while the server works on an answer, and a notice when none comes.
  var waiting = 0;
  var send = window.fetch;
  function showTrouble(isTrouble) {
    var notice = document.getElementById("trouble");
    if (notice) {
      notice.hidden = !isTrouble;
    }
  }
  function begin() {
    waiting += 1;
    document.documentElement.setAttribute("data-waiting", "");
  }
  function end() {
    waiting -= 1;
    if (!waiting) {
      document.documentElement.removeAttribute("data-waiting");
    }
  }
  window.fetch = function (address, options) {
    if (String(address).indexOf("_dash-update-component") < 0) {
      return send.apply(window, arguments);
    }
    begin();
    return send.apply(window, arguments).then(
      function (answer) {
        end();
        showTrouble(answer.status >= 400);
        return answer;
      },
      function (error) {
        end();
        showTrouble(true);
        throw error;
      }
    );
  };

  window.mentorship = { Html: Html };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    mentorship: {
      // The address follows the pickers without laying the page out again.
      writeView: function (view) {
        if (view) {
          window.history.replaceState(
            window.history.state,
            "",
            window.location.pathname + view.query + window.location.hash
          );
          compareSnapshot(view.snapshot);
        }
        return window.dash_clientside.no_update;
      },
    },
  });
})();
