"""What is tried by hand, what came out, and how repairs stand, in words."""

from rebond_server.domain.sentence import Sentence
from rebond_server.operations.note_repair import Outcome

CHECKS: dict[str, Sentence] = {
    "keyboard": Sentence(fr="clavier", en="keyboard"),
    "touchpad": Sentence(fr="pavé tactile", en="touch pad"),
    "screen": Sentence(fr="écran", en="screen"),
    "sound": Sentence(fr="son", en="sound"),
    "microphone": Sentence(fr="micro", en="microphone"),
    "camera": Sentence(fr="caméra", en="camera"),
    "ports": Sentence(fr="prises", en="ports"),
    "network": Sentence(fr="réseau", en="network"),
    "battery": Sentence(fr="batterie", en="battery"),
}
RESULTS: dict[str, Sentence] = {
    "pass": Sentence(fr="marche", en="works"),
    "fail": Sentence(fr="ne marche pas", en="does not work"),
    "absent": Sentence(fr="absent", en="absent"),
    "skipped": Sentence(fr="pas essayé", en="not tried"),
}
OUTCOMES: dict[str, Sentence] = {
    Outcome.DONE.value: Sentence(fr="réparé", en="repaired"),
    Outcome.NEEDS_PART.value: Sentence(fr="attend une pièce", en="waits for a part"),
    Outcome.UNDER_WAY.value: Sentence(fr="en cours", en="under way"),
    Outcome.NOT_WORTH.value: Sentence(fr="ne vaut pas la réparation", en="not worth repairing"),
}
CLASSES: dict[str, Sentence] = {
    "a": Sentence(fr="aspect A", en="appearance A"),
    "b": Sentence(fr="aspect B", en="appearance B"),
    "c": Sentence(fr="aspect C", en="appearance C"),
    "d": Sentence(fr="aspect D", en="appearance D"),
}
