"""The plan is the best there is: on small inputs, against trying everything."""

import pytest
from allocation_brute import Brute
from allocation_cases import NOW, case

from rebond_server.domain.allocation import plan


@pytest.mark.parametrize("block", range(20))
def test_a_plan_reaches_what_trying_everything_reaches(block):
    for seed in range(block * 25, block * 25 + 25):
        source = case(seed)
        brute = Brute(source)
        output = plan(source, NOW)
        parts = {
            (request.id, part.name): place
            for request in source.requests
            for place, part in enumerate(request.parts)
        }
        lines = [
            (brute.devices[one.device], brute.requests[one.request], parts[one.request, one.part])
            for one in output.assignments
            if not one.locked
        ]
        assert output.optimal, seed
        assert brute.lawful(lines), seed
        assert brute.value(lines) == brute.best(), seed
