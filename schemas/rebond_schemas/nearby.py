"""How a workshop's server announces itself to sticks on the same network (DNS-SD)."""

SERVICE = "_rebond._tcp.local."
"""Kind of service; over TLS always, for only the pinned authority tells whose it is."""
SITE = b"site"
"""Key of the TXT record with the id of the workshop."""
