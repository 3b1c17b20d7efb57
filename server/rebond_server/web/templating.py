"""What every template may ask: who reads, what the menu holds, how a word or a mark is drawn."""

from typing import Any

from flask import Flask, request
from jinja2 import StrictUndefined

from rebond_schemas.plan import Scope
from rebond_schemas.plan_law import Regime
from rebond_server.domain.ageing import nearness
from rebond_server.domain.lifecycle import STATE_NAMES, State
from rebond_server.domain.role import TITLES, Role
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.store.queries.queue import Action
from rebond_server.store.stick import StatementKind
from rebond_server.web import theme, words
from rebond_server.web.fact_lines import drive_name, fact_lines
from rebond_server.web.grade_words import edition_note, minimum_text, reason_lines
from rebond_server.web.inspection_words import OUTCOMES
from rebond_server.web.language import NAMES, language, languages
from rebond_server.web.menu import may, menu
from rebond_server.web.rule_words import rule_rows
from rebond_server.web.session import now, person, zone
from rebond_server.web.view import kept_views


def install(app: Flask) -> None:
    """Give the templates their filters and values."""
    app.jinja_env.filters |= {
        "title_of": lambda role: TITLES[Role(role)],
        "state_name": lambda state: STATE_NAMES[State(state)],
        "state_tone": lambda state: words.STATE_TONES[State(state)],
        "verdict_mark": lambda verdict: words.VERDICTS[Verdict(verdict or Verdict.UNKNOWN)],
        "kind_name": lambda kind: _named(words.KINDS, kind),
        "drive_kind": lambda kind: _named(words.DRIVE_KINDS, kind),
        "edition_note": edition_note,
        "grade_name": lambda grade: _named(words.GRADES, grade),
        "action_name": lambda action: words.ACTIONS[Action(action)],
        "scope_name": lambda scope: words.SCOPES[Scope(scope)],
        "regime_name": lambda regime: words.REGIMES[Regime(regime)],
        "statement_name": lambda kind: words.STATEMENTS[StatementKind(kind)],
        "state_or_text": _state_or_text,
        "verb_name": lambda verb: _named(words.VERBS, verb),
        "nearness": lambda found: nearness(found, now().astimezone(zone()).date()).value,
        "age_days": lambda since: max(0, (now() - since).days),
        "health_mark": lambda health: words.HEALTH.get(
            health or "unknown", words.HEALTH["unknown"]
        ),
    }
    app.jinja_env.globals |= {
        "fact_lines": fact_lines,
        "drive_name": drive_name,
        "reason_lines": reason_lines,
        "rule_rows": rule_rows,
        "minimum_text": minimum_text,
    }
    app.jinja_env.undefined = StrictUndefined

    @app.context_processor
    def values() -> dict[str, Any]:
        return {
            "person": person(),
            "menu": menu,
            "may": may,
            "language": language,
            "languages": languages,
            "language_name": lambda code: NAMES.get(code, code),
            "here": _here,
            "query": lambda: request.query_string.decode("utf-8", "replace"),
            "kept_views": kept_views,
            "theme": theme.theme,
            "themes": theme.NAMES,
        }


def _named(table: dict[str, Sentence], key: str | None) -> Sentence | None:
    """Return the word for a key; a word that the table lacks is shown as it came."""
    if key is None:
        return None
    return table.get(key, Sentence(fr=key, en=key))


def _state_or_text(text: str) -> Sentence | str:
    """Return the name of a state, verdict or grade, or what else an event told: a number, a code."""
    if text in set(State):
        return STATE_NAMES[State(text)]
    if text in set(Verdict):
        return words.VERDICTS[Verdict(text)].word
    return {**words.GRADES, **OUTCOMES}.get(text, text)


def _here() -> str:
    """Return the path of this page, for coming back; a page made by a form is left for the first."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/"
