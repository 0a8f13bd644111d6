"""Settings, each with its unit and meaning. All of them come from the environment; the table stands in README.md."""

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from vitas import environment as env
from vitas.operations import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VITAS_VAR") or BASE_DIR / "var")

# Which installation this is. `demo` carries demo data, a simulated checkout and outbox; `production` has no defaults.
MODE = env.text("VITAS_MODE", "demo", among=["demo", "production"])
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
DEBUG = False


def _secret(name: str) -> str:
    value = env.text(name)
    if PRODUCTION and len(value) < 32:
        raise ImproperlyConfigured(f"{name} must be set to at least 32 secret characters in production.")
    return value or f"demo-only-{name}-{hashlib.sha256(str(BASE_DIR).encode()).hexdigest()}"


SECRET_KEY = _secret("SECRET_KEY")
JWT_SECRET = _secret("JWT_SECRET")  # signs access tokens (HS256)
CODE_SECRET = _secret("CODE_SECRET")  # keys the hashes of one-time codes and refresh tokens


# Who opens the master keys, which wrap the patients' keys (docs/keeping.md). `local`: they stand in MASTER_KEYS, or one
# a line in MASTER_KEYS_FILE; `aws_kms`: what stands there is sealed by the KMS key, and asked for once in a while.
KEY_PROVIDER = env.text("KEY_PROVIDER", "vitas.common.key_providers.local.LocalKeys")
KMS_KEY_ID = env.text("KMS_KEY_ID")
KMS_ENDPOINT_URL = env.url("KMS_ENDPOINT_URL")  # only to point the SDK elsewhere
KMS_KEPT = env.duration("KMS_KEPT", "4h")  # how long an opened master key serves while KMS is away
AWS_REGION = env.text("AWS_REGION")
if KEY_PROVIDER.endswith(".AwsKmsKeys") and not KMS_KEY_ID:
    raise ImproperlyConfigured("KMS_KEY_ID must name the key of KMS that seals the master keys.")


def _master_keys() -> dict[str, bytes]:
    """`2026b:<base64 of 32 bytes>,2026a:<…>`: the first wraps, the others still open. Under KMS, of any length."""
    entries = env.names("MASTER_KEYS")
    from_file = env.secret_lines("MASTER_KEYS_FILE", closed=PRODUCTION)
    if entries and from_file:
        raise ImproperlyConfigured("Set MASTER_KEYS or MASTER_KEYS_FILE, not both.")
    local = KEY_PROVIDER.endswith(".LocalKeys")
    keys = env.named_keys("MASTER_KEYS", entries or from_file, length=32 if local else None)
    if not keys and (PRODUCTION or not local):
        raise ImproperlyConfigured("MASTER_KEYS must hold at least one key in production: it wraps the patients' keys.")
    return keys or {"demo": hashlib.sha256(f"demo master key {SECRET_KEY}".encode()).digest()}


MASTER_KEYS = _master_keys()


def _audit_key() -> bytes:
    keys = env.raw_keys("AUDIT_SIGNING_KEY", length=32)
    if len(keys) > 1 or (PRODUCTION and not keys):
        raise ImproperlyConfigured("AUDIT_SIGNING_KEY must be one key in production: it signs the audit trail's seals.")
    return keys[0] if keys else hashlib.sha256(f"demo audit key {SECRET_KEY}".encode()).digest()


def _backup_key() -> bytes:
    keys = env.raw_keys("BACKUP_KEY", length=32)
    if len(keys) > 1:
        raise ImproperlyConfigured("BACKUP_KEY must be one key: it seals the backups.")
    demo = b"" if PRODUCTION else hashlib.sha256(f"demo backup key {SECRET_KEY}".encode()).digest()
    return keys[0] if keys else demo


BACKUP_KEY = _backup_key()  # only `backup`, `restore` and `backup_drill` need it; empty where it is not given

# Years that records are kept by country, or country and state, over those of vitas/operations/retention_policy.py.
RETENTION_YEARS = env.years("RETENTION_YEARS")

AUDIT_SIGNING_KEY = _audit_key()  # the private half (Ed25519), 32 bytes; `manage.py audit public-key` says the other
AUDIT_FORMER_KEYS = env.raw_keys("AUDIT_FORMER_KEYS", length=32)  # public halves of keys that signed before

# Servers. Where a URL is not set (demo only) a private one runs under var/.
_embedded = embedded.urls(VAR)
_POSTGRES = ("postgres", "postgresql")
DATABASE_URL = env.url("DATABASE_URL", schemes=_POSTGRES) or _embedded.database
DATABASE_OWNER_URL = env.url("DATABASE_OWNER_URL", schemes=_POSTGRES) or (
    "" if env.text("DATABASE_URL") else _embedded.database_owner
)
REDIS_URL = env.url("REDIS_URL", schemes=("redis", "rediss", "unix")) or _embedded.redis
if PRODUCTION and not (env.text("DATABASE_URL") and env.text("REDIS_URL")):
    raise ImproperlyConfigured("DATABASE_URL and REDIS_URL must be set in production.")
DATABASE_POOL_SIZE = env.number("DATABASE_POOL_SIZE", 0, most=1000)  # connections a process; 0: one a thread, kept open


def _database(url: str, *, pool: int) -> dict[str, object]:
    found = dict(dj_database_url.parse(url))
    options: dict[str, object] = {
        # Plan each statement once a connection (measured: half of the database's share of a request).
        "server_side_binding": True,
        "prepare_threshold": 1,
        "connect_timeout": 4,  # seconds; a request that cannot get a connection is a 503
        "tcp_user_timeout": 4000,  # milliseconds; so is one whose connection nobody answers any more
        **found.get("OPTIONS", {}),  # type: ignore[dict-item]
    }
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 4}
    return {
        **found,
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if pool else 300,
    }


# `default` is the application, which owns nothing and always says who acts; `owner` migrates. One database, two names.
DATABASES = {"default": _database(DATABASE_URL, pool=DATABASE_POOL_SIZE) | {"ENGINE": "vitas.common.postgres"}}
if DATABASE_OWNER_URL:
    DATABASES["owner"] = _database(DATABASE_OWNER_URL, pool=0)
    if DATABASES["owner"]["USER"] == DATABASES["default"]["USER"]:
        raise ImproperlyConfigured("DATABASE_URL and DATABASE_OWNER_URL must name two roles: the first owns nothing.")

# Redis: short time-outs, for a dead Redis may slow nobody down.
REDIS_TIMEOUT = 1.0  # seconds, to connect and to read

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": REDIS_TIMEOUT, "socket_connect_timeout": REDIS_TIMEOUT},
    }
}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # An idle subscriber waits for ever: redis-py's default read time-out would cut it off.
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": None, "socket_connect_timeout": REDIS_TIMEOUT}],
            "prefix": "vitas",
        },
    }
}

INSTALLED_APPS = [
    "vitas.common",
    "vitas.messaging",
    "vitas.accounts",
    "vitas.audit",
    "vitas.live",
    "clinic",
    "patients",
    "appointments",
    "appointments.payments",
    "records",
    "records.codes",
    "records.notes",
    "processing",
    "vitas.operations",
    "vitas.operations.admin_config.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # its templates, which our own stand beside
    "rest_framework",
    "corsheaders",
    "channels",
    "django_htmx",
    "template_partials",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "vitas.common.middleware.RequestContextMiddleware",
    "vitas.common.page_headers.PageHeadersMiddleware",
    "vitas.common.page_headers.PageCompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "vitas.common.middleware.ApiAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "vitas.accounts.middleware.PageActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "vitas.urls"
WSGI_APPLICATION = "vitas.wsgi.application"
ASGI_APPLICATION = "vitas.asgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "vitas.common.shown_context.shown",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["vitas.accounts.backends.PasswordBackend"]
PASSWORD_HASHERS = ["vitas.accounts.hashers.Argon2idHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "full_name"]},
    },
    {"NAME": "vitas.accounts.password_rules.LengthValidator"},
    {"NAME": "vitas.accounts.password_rules.LeakedValidator"},
]
LOGIN_URL = "sign-in"

LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("pt-br", _("Brazilian Portuguese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["vitas.common.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_AUTOREFRESH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Files of patients. `local` keeps them under var/, `s3` in a bucket.
STORAGE_TYPE = env.text("STORAGE_TYPE", "local", among=["local", "s3"])
if STORAGE_TYPE == "s3" and not env.text("AWS_S3_BUCKET"):
    raise ImproperlyConfigured("STORAGE_TYPE is s3, so AWS_S3_BUCKET must name the bucket.")


def _s3_client() -> object:
    """A bucket that does not answer is a 503 within seconds, not a minute's wait."""
    from botocore.config import Config  # not loaded where files lie on a disk

    return Config(connect_timeout=2, read_timeout=10, retries={"max_attempts": 2})


_files = {
    "local": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR / "files"), "base_url": None},
    },
    "s3": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.text("AWS_S3_BUCKET"),
            "region_name": AWS_REGION or None,
            "endpoint_url": env.url("AWS_S3_ENDPOINT_URL") or None,
            "default_acl": None,
            "file_overwrite": False,
            "max_memory_size": 1_048_576,  # bytes of a file; what is larger goes through a temporary one
            "client_config": _s3_client() if STORAGE_TYPE == "s3" else None,
        },
    },
}
# The queue (SQS) to which the bucket tells of new files, so that recordings are taken up at once; its address.
AUDIO_EVENTS_QUEUE = env.url("AUDIO_EVENTS_QUEUE")
AUDIO_EVENTS_ENDPOINT_URL = env.url("AUDIO_EVENTS_ENDPOINT_URL")  # only to point the SDK elsewhere
if AUDIO_EVENTS_QUEUE and STORAGE_TYPE != "s3":
    raise ImproperlyConfigured("AUDIO_EVENTS_QUEUE is told of by a bucket: set STORAGE_TYPE=s3 too.")
STORAGES = {
    "default": _files[STORAGE_TYPE],
    "staticfiles": {"BACKEND": "vitas.common.static_files.HashedStaticFiles"},
}

# Who looks for viruses in what is attached to records: clamd where its socket (a path, or host:port) is named. Without
# one nobody does, and the pages say so.
CLAMD_SOCKET = env.text("CLAMD_SOCKET")
VIRUS_SCANNER = env.text(
    "VIRUS_SCANNER", "records.scanners.clamd.Clamd" if CLAMD_SOCKET else "records.scanners.none.NoScanner"
)
if VIRUS_SCANNER.endswith(".Clamd") and not CLAMD_SOCKET:
    raise ImproperlyConfigured("CLAMD_SOCKET must name clamd's socket: a path, or host:port.")

# Where the map's pictures come from, `https://tiles.example/{z}/{x}/{y}.png`; without it the list stands alone.
MAP_TILES_URL = env.url("MAP_TILES_URL")
MAP_ATTRIBUTION = env.text("MAP_ATTRIBUTION")  # whom the map's pictures are owed to

# Sign-in.
ACCESS_TOKEN_LIFETIME = env.duration("JWT_EXPIRATION", "15m")
REFRESH_TOKEN_LIFETIME = env.duration("REFRESH_TOKEN_EXPIRATION", "7d")
if REFRESH_TOKEN_LIFETIME <= ACCESS_TOKEN_LIFETIME:
    raise ImproperlyConfigured("REFRESH_TOKEN_EXPIRATION must be longer than JWT_EXPIRATION.")
SESSION_TIMEOUT_MS = env.number("SESSION_TIMEOUT", 900_000, least=60_000)  # idle time of a staff page, milliseconds
# Whether the platform's operators must sign in with a second step; organizations say it for their staff themselves.
OPERATOR_MFA_REQUIRED = env.flag("OPERATOR_MFA_REQUIRED", PRODUCTION)
FIREBASE_PROJECT_ID = env.text("FIREBASE_PROJECT_ID")
FIREBASE_KEYS_URL = env.url(
    "FIREBASE_KEYS_URL", "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
)
# A page's cookie names a row of accounts.Session and holds nothing secret; whether it is alive says the row.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "__Host-sessionid" if PRODUCTION else "sessionid"  # no other host or path can set it
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_HEADER_NAME = "HTTP_X_CSRF_TOKEN"
CSRF_FAILURE_VIEW = "vitas.common.api.errors.form_too_old"
SIMPLE_JWT = {
    "SIGNING_KEY": JWT_SECRET,
    "ALGORITHM": "HS256",
    "ACCESS_TOKEN_LIFETIME": ACCESS_TOKEN_LIFETIME,
    "USER_ID_CLAIM": "userId",
}

# Where we are, and who may call.
PUBLIC_URL = env.url("API_URL") or f"http://localhost:{env.number('PORT', 8000, least=1, most=65535)}"
FRONTEND_URL = env.url("FRONTEND_URL") or PUBLIC_URL
# The domain that passkeys are bound to; it can be one above our host, never another, and a change makes all void.
PASSKEY_DOMAIN = env.text("PASSKEY_DOMAIN")
_host = urlsplit(PUBLIC_URL).hostname or ""
if PASSKEY_DOMAIN and not f".{_host}".endswith(f".{PASSKEY_DOMAIN}"):
    raise ImproperlyConfigured("PASSKEY_DOMAIN must be the host of API_URL, or a domain that it lies in.")
FRONTEND_ORIGIN = "/".join(FRONTEND_URL.split("/")[:3])
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", [] if PRODUCTION else ["*"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts that are served in production.")
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")  # addresses or networks whose X-Forwarded-For is believed
CORS_ALLOWED_ORIGINS = sorted(
    {*env.origins("CORS_ORIGINS"), *([FRONTEND_ORIGIN] if env.text("FRONTEND_URL") else [])}
    | (set() if PRODUCTION else {"http://localhost:5173", "http://localhost:3000"})
)
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
CORS_ALLOW_HEADERS = [
    "content-type",
    "authorization",
    "x-requested-with",
    "x-csrf-token",
    "accept-language",
    "x-tenant-id",
    "x-audit-context",
    "idempotency-key",
    "if-none-match",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "X-Total-Count",
    "X-Page",
    "X-Per-Page",
    "ETag",
    "X-Request-ID",
    "Retry-After",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
]
CORS_PREFLIGHT_MAX_AGE = 86_400  # seconds
CORS_URLS_REGEX = r"^/(api/|auth/|otp/|health)"
CSRF_TRUSTED_ORIGINS = [origin for origin in CORS_ALLOWED_ORIGINS if "://" in origin]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_SSL_REDIRECT = False  # the front proxy does it
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURITY_CONTACT = env.url("SECURITY_CONTACT", schemes=("https", "mailto"))  # stands in /.well-known/security.txt
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # bytes of a body, without the files of a form
FILE_UPLOAD_HANDLERS = [
    "vitas.common.uploads.LimitedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Limits (S3 7.2); api.md says what each counts.
RATE_LIMIT_WINDOW = env.number("RATE_LIMIT_WINDOW_MS", 900_000, least=1000) // 1000  # seconds
RATE_LIMIT_MAX_REQUESTS = env.number("RATE_LIMIT_MAX_REQUESTS", 100, least=1)  # a window, a person or address
RATE_LIMIT_STAFF_FACTOR = 10
RATE_LIMIT_AUTH_MAX = env.number(
    "RATE_LIMIT_AUTH_MAX", 5, least=1
)  # failed sign-ins of account and address, 15 minutes
RATE_LIMIT_BOOKING_MAX = env.number("RATE_LIMIT_BOOKING_MAX", 10, least=1)  # made bookings an hour
RATE_LIMIT_EXPORTS_MAX = env.number("RATE_LIMIT_EXPORTS_MAX", 10, least=1)  # whole files of patients, a person an hour

# Providers: each a dotted path; without keys the one that needs nothing outside the machine, which says what it is.
TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = env.text("TWILIO_AUTH_TOKEN")
TWILIO_WHATSAPP_FROM = env.text("TWILIO_WHATSAPP_FROM")
TWILIO_SMS_FROM = env.text("TWILIO_SMS_FROM")
TWILIO_API_URL = env.url("TWILIO_API_URL")  # only to point the SDK at a stand-in
TWILIO_TEMPLATES = env.names("TWILIO_TEMPLATES")  # approved templates, `template.language:ContentSid`
MESSENGER = env.text(
    "MESSENGER",
    "vitas.messaging.providers.twilio.TwilioMessenger"
    if TWILIO_ACCOUNT_SID
    else "vitas.messaging.providers.demo.DemoMessenger",
)
if bool(TWILIO_ACCOUNT_SID) != bool(TWILIO_AUTH_TOKEN):
    raise ImproperlyConfigured("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN belong together: set both or neither.")

# E-mail. An open line to the mail server is for a server next door: elsewhere words and password would be read.
EMAIL_HOST = env.text("SMTP_HOST")
EMAIL_PORT = env.number("SMTP_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = env.text("SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD")
SMTP_SECURITY = env.text("SMTP_SECURITY", "tls" if EMAIL_PORT == 465 else "starttls", among=["starttls", "tls", "none"])
EMAIL_USE_TLS = SMTP_SECURITY == "starttls"
EMAIL_USE_SSL = SMTP_SECURITY == "tls"
EMAIL_TIMEOUT = 5.0  # seconds for each answer of the mail server; some keep strangers waiting a moment
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text(
    "SMTP_FROM", EMAIL_HOST_USER if "@" in EMAIL_HOST_USER else f"no-reply@{urlsplit(PUBLIC_URL).hostname}"
)
MAILER = env.text(
    "MAILER",
    "vitas.messaging.providers.smtp.SmtpMailer"
    if EMAIL_HOST
    else f"vitas.messaging.providers.{'absent.NoMailer' if PRODUCTION else 'demo.DemoMessenger'}",
)

MP_ACCESS_TOKEN = env.text("MP_ACCESS_TOKEN")
MP_WEBHOOK_SECRET = env.text("MP_WEBHOOK_SECRET") or ("" if PRODUCTION else _secret("MP_WEBHOOK_SECRET"))
MP_API_URL = env.url("MP_API_URL")  # only to point the SDK at a stand-in
PAYMENT_GATEWAY = env.text(
    "PAYMENT_GATEWAY",
    "appointments.payments.gateways.mercadopago.MercadoPagoGateway"
    if MP_ACCESS_TOKEN
    else "appointments.payments.gateways.demo.DemoGateway",
)
if PRODUCTION and "demo" in (PAYMENT_GATEWAY + MESSENGER + MAILER):
    raise ImproperlyConfigured("The demo checkout and the demo outbox are not for production: set MP_* and TWILIO_*.")
if PRODUCTION and not MP_WEBHOOK_SECRET:
    raise ImproperlyConfigured("MP_WEBHOOK_SECRET must be set: without it no payment notice can be believed.")
OUTSIDE_TIMEOUT = 4.0  # seconds for a call to a provider within a request

# From a recording to a draft (docs/scribe.md). Each engine is a dotted path; the defaults need nothing outside.
TRANSCRIBER_URL = env.url("TRANSCRIBER_URL")  # a server as OpenAI's, up to and with /v1
TRANSCRIBER_KEY = env.text("TRANSCRIBER_KEY")
TRANSCRIBER_MODEL = env.text("TRANSCRIBER_MODEL", "whisper-1")
TRANSCRIBER = env.text(
    "TRANSCRIBER",
    "processing.transcribers.openai.OpenAiTranscriber"
    if TRANSCRIBER_URL
    else "processing.transcribers.local.LocalTranscriber",
)
WHISPER_MODEL = env.text("WHISPER_MODEL")  # a folder of CTranslate2, or a name faster-whisper knows; empty: packaged
WHISPER_COMPUTE_TYPE = env.text("WHISPER_COMPUTE_TYPE", "auto")  # auto: int8 on a CPU, float16 on a GPU
WHISPER_THREADS = env.number("WHISPER_THREADS", 0, most=256)  # of a worker on a CPU; 0: as many as cores, at most 4
MODELS_FOLDER = VAR / "models"  # where packaged models are put together
DRAFTER_URL = env.url("DRAFTER_URL")  # a server as OpenAI's, up to and with /v1
DRAFTER_KEY = env.text("DRAFTER_KEY")
DRAFTER_MODEL = env.text("DRAFTER_MODEL", "gpt-4o-mini")
DRAFTER_PRICE_ASKED = env.number("DRAFTER_PRICE_ASKED", 0)  # millionths of a US dollar a thousand tokens; 0: not known
DRAFTER_PRICE_WRITTEN = env.number("DRAFTER_PRICE_WRITTEN", 0)
DRAFTER = env.text(
    "DRAFTER",
    "processing.drafters.openai.OpenAiDrafter"
    if DRAFTER_URL
    else "processing.drafters.embedded.drafter.EmbeddedDrafter",
)
CODER = env.text("CODER", "processing.coders.embedded.coder.EmbeddedCoder")
SOUND_CHECK = "processing.audio.checking.check"
SCRIBE_FOLDER = Path(env.text("SCRIBE_FOLDER", str(VAR / "scribe")))  # sound lies there while it is worked on
SCRIBE_LEASE = env.duration("SCRIBE_LEASE", "60s")  # how long after its last sign of life a worker counts as lost
PROCESSING_WEBHOOK_SECRET = env.text("PROCESSING_WEBHOOK_SECRET")  # signs notices of services outside; none: no notices

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["vitas.accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["vitas.accounts.permissions.MayCall"],
    "DEFAULT_THROTTLE_CLASSES": ["vitas.accounts.authentication.RequestLimit"],
    "DEFAULT_RENDERER_CLASSES": ["vitas.common.api.renderers.CamelCaseRenderer"],
    "DEFAULT_PARSER_CLASSES": ["vitas.common.api.parsers.CamelCaseParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "vitas.common.api.renderers.AlwaysJson",
    "DEFAULT_SCHEMA_CLASS": "vitas.common.api.schema.Schema",
    "EXCEPTION_HANDLER": "vitas.common.api.errors.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Vitas",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "PREPROCESSING_HOOKS": ["vitas.common.api.schema.documented_addresses"],
    "POSTPROCESSING_HOOKS": ["vitas.common.api.schema.finished"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# Work that takes time. A task takes no arguments that tell of a person, and is a sweep: it may run twice or never.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": REDIS_TIMEOUT}
CELERY_TASK_TIME_LIMIT = 300  # seconds
# Recordings have workers of their own (`--queues scribe`): what takes minutes holds up nothing that takes moments.
CELERY_TASK_ROUTES = {"processing.tasks.work": {"queue": "scribe"}}
CELERY_BEAT_SCHEDULE = {
    "deliver-events": {"task": "vitas.common.tasks.deliver_events", "schedule": 5.0},
    "send-messages": {"task": "vitas.messaging.tasks.send_due", "schedule": 5.0},
    "send-password-links": {"task": "vitas.accounts.tasks.send_password_links", "schedule": 5.0},
    "apply-payment-notices": {"task": "appointments.payments.tasks.apply_deliveries", "schedule": 5.0},
    "send-refunds": {"task": "appointments.payments.tasks.send_refunds", "schedule": 15.0},
    "ask-about-payments": {"task": "appointments.payments.tasks.ask_about_pending", "schedule": 60.0},
    "heartbeat": {"task": "vitas.operations.tasks.heartbeat", "schedule": 10.0, "options": {"expires": 30}},
    "expire-holds": {"task": "appointments.tasks.expire_holds", "schedule": 15.0},
    "gather-late-rows-of-merged-patients": {"task": "patients.tasks.gather_late", "schedule": 60.0},
    "remind-of-emergency-reviews": {"task": "patients.tasks.remind_of_reviews", "schedule": 3600.0},
    "drop-past-claims": {"task": "appointments.tasks.drop_past_claims", "schedule": 3600.0},
    "count-days": {"task": "appointments.tasks.count_days", "schedule": 600.0},
    "check-files": {"task": "records.tasks.check_files", "schedule": 15.0},
    "work-on-recordings": {"task": "processing.tasks.work", "schedule": 5.0, "options": {"expires": 10}},
    "drop-old-notices-of-recordings": {"task": "processing.tasks.drop_old_notices", "schedule": 3600.0},
    "forget-files": {"task": "records.tasks.forget_files", "schedule": 600.0},
    "take-up-uploads": {"task": "processing.tasks.take_up_uploads", "schedule": 30.0, "options": {"expires": 60}},
    "join-recordings": {"task": "processing.tasks.join_recordings", "schedule": 15.0, "options": {"expires": 30}},
    "drop-audio": {"task": "processing.tasks.drop_audio", "schedule": 3600.0},
    "drop-old-live-events": {"task": "vitas.live.tasks.drop_old_events", "schedule": 3600.0},
    "make-audit-months": {"task": "vitas.audit.tasks.make_months", "schedule": 86_400.0},
    "seal-audit-entries": {"task": "vitas.audit.tasks.seal_entries", "schedule": 60.0, "options": {"expires": 120}},
    "find-audit-anomalies": {
        "task": "vitas.audit.tasks.find_anomalies",
        "schedule": 60.0,
        "options": {"expires": 120},
    },
    "make-audit-exports": {"task": "vitas.audit.tasks.make_exports", "schedule": 15.0, "options": {"expires": 60}},
    "drop-old-audit-exports": {"task": "vitas.audit.tasks.drop_old_exports", "schedule": 3600.0},
    "close-audit-months": {"task": "vitas.audit.tasks.close_months", "schedule": 3600.0},
    "write-audit-seal-files": {"task": "vitas.audit.tasks.write_seal_files", "schedule": 3600.0},
    "drop-what-no-law-keeps": {"task": "vitas.operations.tasks.drop_short_lived", "schedule": 86_400.0},
    "drop-old-rows": {"task": "vitas.common.tasks.drop_old_rows", "schedule": 3600.0},
    "mark-revoked-sessions": {"task": "vitas.accounts.tasks.mark_revoked_sessions", "schedule": 10.0},
    "drop-old-sign-ins": {"task": "vitas.accounts.tasks.drop_old_sign_ins", "schedule": 3600.0},
}
if AUDIO_EVENTS_QUEUE:
    CELERY_BEAT_SCHEDULE["read-upload-events"] = {
        "task": "processing.tasks.read_upload_events",
        "schedule": 5.0,
        "options": {"expires": 10},
    }
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")

LOG_LEVEL = env.text("LOG_LEVEL", "info", among=["debug", "info", "warn", "warning", "error"]).upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "vitas.common.logs.RequestFilter"}},
    "formatters": {"json": {"()": "vitas.common.logs.JsonFormatter"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "filters": ["request"], "formatter": "json"}},
    "root": {"handlers": ["out"], "level": "WARNING" if LOG_LEVEL == "WARN" else LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.db.backends": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        "granian": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "celery": {"level": "WARNING"},  # not a line a task: the sweeps run every few seconds
    },
}
