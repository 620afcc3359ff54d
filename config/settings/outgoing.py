"""What goes out to readers: mail, push, the campus's messenger; docs/operations.md."""

from config import env

# mail: without MAIL_FROM there is none of it
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 10
MAIL_FROM = env.text("MAIL_FROM")
MAILS_PER_HOUR = env.number("MAILS_PER_HOUR", 500)
MAILS_PER_DAY = env.number("MAILS_PER_DAY", 0)  # of a provider that counts by the day; 0: none does

# push and messenger: only to services that are named here
PUSH_HOSTS: list[str] = [
    host
    for host in env.listed(
        "PUSH_HOSTS",
        "fcm.googleapis.com,updates.push.services.mozilla.com,*.notify.windows.com,web.push.apple.com",
    )
    if host != "none"
]
PUSH_OWN_SERVICE = env.text("PUSH_OWN_SERVICE")
PUSHES_PER_HOUR = env.number("PUSHES_PER_HOUR", 5000)
MESSENGER_PER_HOUR = env.number("MESSENGER_PER_HOUR", 1000)
