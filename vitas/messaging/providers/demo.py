"""The demo outbox: nothing is sent. The rows are what a phone would have shown; `/demo/outbox` lists them."""

from vitas.messaging.providers.base import Messenger, Outgoing


class DemoMessenger(Messenger):
    """Takes everything. For demonstration and tests; production refuses to start with it."""

    simulated = True

    def send(self, message: Outgoing) -> str:
        return "simulated"
