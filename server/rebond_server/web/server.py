"""How the server is: database, disk, evidence, history, backups. For people; programs ask /healthz."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from rebond_server.domain.sentence import Sentence
from rebond_server.operations.server_state import Mood, server_state
from rebond_server.store.upkeep import Job
from rebond_server.web.session import work
from rebond_server.web.words import Mark

blueprint = Blueprint("server", __name__)

MOODS: dict[Mood, Mark] = {
    Mood.GOOD: Mark(Sentence(fr="bien", en="well"), "good", "✓"),
    Mood.WATCH: Mark(Sentence(fr="à regarder", en="look at it"), "warn", "!"),
    Mood.BAD: Mark(Sentence(fr="à corriger", en="to be mended"), "bad", "✗"),
}
JOBS: dict[Job, Sentence] = {
    Job.BACKUP: Sentence(fr="Sauvegarde", en="Backup"),
    Job.VERIFY: Sentence(fr="Contrôle de l'historique et des preuves", en="Verification"),
    Job.PURGE: Sentence(fr="Effacement de ce qui a dépassé sa durée", en="Purge"),
}


@blueprint.get("/sante")
def page() -> ResponseReturnValue:
    """Show how the server is."""
    return render_template("server.html", server=server_state(work()), moods=MOODS, jobs=JOBS)
