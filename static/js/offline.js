// Back to the page as soon as there is a connection.
"use strict";
window.addEventListener("online", () => location.reload());
