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
  };

  // Links between pages keep the view: the query string goes along.
  function follow(event, link) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) {
      return;
    }
    event.preventDefault();
    window.history.pushState({}, "", link.getAttribute("href") + window.location.search);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  document.addEventListener("click", function (event) {
    var actor = event.target.closest("[data-action]");
    if (actor) {
      actions[actor.getAttribute("data-action")](actor);
      return;
    }
    var link = event.target.closest("a[data-nav]");
    if (link) {
      follow(event, link);
    }
    closeChips(event.target);
  });

  function closeChips(target) {
    document.querySelectorAll(".chip details[open]").forEach(function (open) {
      if (!open.contains(target)) {
        open.open = false;
      }
    });
  }

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") {
      return;
    }
    var open = document.querySelector(".chip details[open]");
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
  window.setInterval(lookForNewer, NEWER_EVERY_MS);
  document.addEventListener("visibilitychange", lookForNewer);

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
