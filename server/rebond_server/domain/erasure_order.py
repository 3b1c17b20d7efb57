"""What an order asks, from what the donor, the lot and the workshop say. Nobody weakens another's word."""

from msgspec.structs import replace

from rebond_schemas.erasure import Level
from rebond_schemas.order import ErasurePolicy
from rebond_server.domain.lot import ErasurePolicy as Asked

MOST_MODELS = 64


def policy_of(
    donor: Asked | None, lot: ErasurePolicy | None, workshop: ErasurePolicy | None
) -> ErasurePolicy:
    """Return the policy of one machine: the lot's own where there is one, else the workshop's.

    The donor's Purge or destruction raises the level; models whose firmware the workshop does not
    trust are not trusted in any lot.
    """
    own = lot or workshop or ErasurePolicy()
    distrusted = (*own.never_firmware, *(() if workshop is None else workshop.never_firmware))
    purge = donor in {Asked.PURGE, Asked.DESTRUCT}
    return replace(
        own,
        level=Level.PURGE if purge else own.level,
        destroy=own.destroy or donor is Asked.DESTRUCT,
        never_firmware=tuple(dict.fromkeys(distrusted))[:MOST_MODELS],
    )
