"""Which of several statements was made last, when no clock but the server's can be trusted.

Of one stick by its sequence; of several sticks by the first arrival that must be later. A copied
stick gives one number twice: then by arrival.
"""

from rebond_server.store.stick import StatementRow

LATEST_FIRST = (
    StatementRow.made_before.desc(),
    StatementRow.sequence.desc(),
    StatementRow.arrival.desc(),
)
OLDEST_FIRST = (StatementRow.made_before, StatementRow.sequence, StatementRow.arrival)
