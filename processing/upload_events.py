"""What the bucket tells through a queue (SQS) when a file has arrived. A hint: the bucket itself is looked at.

A message is deleted once what it tells of is settled; one that cannot be dealt with now comes again by itself.
"""

import json
import logging
from collections.abc import Iterator
from functools import cache
from typing import Any, Final
from urllib.parse import unquote_plus

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import default_storage

from processing import uploads
from processing.models import Recording
from records.files.store import StoreAway

log = logging.getLogger(__name__)

_MOST_ROUNDS: Final = 20  # of ten messages: then the next beat goes on


def read_all() -> int:
    """Take up what the waiting messages tell of; how many messages were settled."""
    settled = 0
    try:
        for _round in range(_MOST_ROUNDS):
            found = _queue().receive_message(
                QueueUrl=settings.AUDIO_EVENTS_QUEUE, MaxNumberOfMessages=10, WaitTimeSeconds=0, VisibilityTimeout=60
            )
            messages = found.get("Messages", [])
            settled += sum(_settle(message) for message in messages)
            if not messages:
                break
    except (BotoCoreError, ClientError) as error:
        log.warning("the queue of uploads does not answer", extra={"error": type(error).__name__})
    return settled


def _settle(message: dict[str, Any]) -> bool:
    try:
        for key in keys_in(message["Body"]):
            recording = Recording.objects.filter(key=key).first()
            if recording is not None:
                uploads.take_up(recording)
    except StoreAway:
        return False
    _queue().delete_message(QueueUrl=settings.AUDIO_EVENTS_QUEUE, ReceiptHandle=message["ReceiptHandle"])
    return True


def keys_in(body: str) -> Iterator[str]:
    """The keys of files that a message says were made; from S3 itself, by SNS, or by EventBridge."""
    try:
        told = json.loads(body)
        if isinstance(told, dict) and "Message" in told:
            told = json.loads(told["Message"])
        if not isinstance(told, dict):
            return
        keys = [unquote_plus(record["s3"]["object"]["key"]) for record in told.get("Records", [])]
        if "detail" in told:
            keys.append(str(told["detail"]["object"]["key"]))
    except (ValueError, KeyError, TypeError):
        log.warning("a message of the queue of uploads could not be read")
        return
    location = str(getattr(default_storage, "location", "")).strip("/")
    for key in keys:
        yield key.removeprefix(f"{location}/") if location else key


@cache
def _queue() -> Any:
    return boto3.client(
        "sqs",
        region_name=settings.AWS_REGION or None,
        endpoint_url=settings.AUDIO_EVENTS_ENDPOINT_URL or None,
        config=Config(connect_timeout=2, read_timeout=10, retries={"max_attempts": 2}),
    )
