"""Walking through Vitas as people do, in a real browser: for the browser tests and for the pictures of docs/tour.md.

Playwright comes with the development packages only, so nothing that serves a page imports this.
"""
