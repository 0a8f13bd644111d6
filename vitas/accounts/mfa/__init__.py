"""The second step of signing in: authenticator app, passkeys, recovery codes; and proving again who one is."""
